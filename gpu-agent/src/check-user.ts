const here = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * A trainer has the rights of its agent. For an agent that is root, jobs of a hub on another machine would run as root.
 *
 * @param uid the user's number; undefined where the system has none
 * @returns a warning, or null
 * @throws Error when the agent must not start as this user
 */
export function checkUser(
  uid: number | undefined,
  { hubUrl, allowRoot }: { hubUrl: string; allowRoot: boolean },
): string | null {
  if (uid !== 0) return null
  if (!allowRoot && !here.has(new URL(hubUrl).hostname))
    throw new Error(
      'The agent does not run as root for a hub on another machine. Start it as a separate user (docker/ has a systemd unit and an image), or set PALATE_AGENT_ALLOW_ROOT=1.',
    )
  return 'The agent runs as root, and so do its trainers. A separate user is safer.'
}
