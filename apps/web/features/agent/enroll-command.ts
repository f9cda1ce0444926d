/** The one line for a machine that has a checkout of Palate. */
export const plainCommand = (origin: string, code: string) =>
  `PALATE_HUB_URL=${origin} \\\nPALATE_ENROLLMENT_CODE=${code} \\\nnpm start --workspace @palate/gpu-agent`

/** The same in a container of its own: the credential and the work outlive it in the volume. */
export const dockerCommand = (origin: string, code: string, gpu: boolean) =>
  [
    'docker run --detach --name palate-agent --restart unless-stopped --stop-timeout 60',
    ...(gpu ? ['  --gpus all --shm-size 8g'] : []),
    '  --volume palate-agent:/var/lib/palate-agent',
    `  --env PALATE_HUB_URL=${origin}`,
    `  --env PALATE_ENROLLMENT_CODE=${code}`,
    // In a container the host's own name is not known.
    '  --env PALATE_AGENT_NAME=$(hostname)',
    '  $(docker build --quiet --file docker/agent.Dockerfile .)',
  ].join(' \\\n')

/** "14:05", and "0:00" when it is over. */
export function formatCountdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
