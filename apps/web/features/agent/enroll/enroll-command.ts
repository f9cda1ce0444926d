/** The command for a machine with a checkout of Palate. */
export const plainCommand = (origin: string, code: string) =>
  `PALATE_HUB_URL=${origin} \\\nPALATE_ENROLLMENT_CODE=${code} \\\nnpm start --workspace @palate/gpu-agent`

/** The command for Docker: the volume keeps the credential and the work folder. */
export const dockerCommand = (origin: string, code: string, gpu: boolean) =>
  [
    'docker run --detach --name palate-agent --restart unless-stopped --stop-timeout 60',
    ...(gpu ? ['  --gpus all --shm-size 8g'] : []),
    '  --volume palate-agent:/var/lib/palate-agent',
    `  --env PALATE_HUB_URL=${origin}`,
    `  --env PALATE_ENROLLMENT_CODE=${code}`,
    // The name of the host is not visible inside the container.
    '  --env PALATE_AGENT_NAME=$(hostname)',
    '  $(docker build --quiet --file docker/agent.Dockerfile .)',
  ].join(' \\\n')

/** "14:05", and "0:00" at the end. */
export function formatCountdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
