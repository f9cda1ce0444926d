const here = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * A trainer runs with the rights of the agent. As root, what a hub on another machine sends would run as root.
 *
 * @param uid the user's number; undefined where the system has none
 * @returns a warning, or null
 * @throws Error where it must not start like that
 */
export function checkUser(
  uid: number | undefined,
  { hubUrl, allowRoot }: { hubUrl: string; allowRoot: boolean },
): string | null {
  if (uid !== 0) return null
  if (!allowRoot && !here.has(new URL(hubUrl).hostname))
    throw new Error(
      'The agent does not work as root for a hub on another machine. Start it as a user of its own (docker/ has a systemd unit and an image), or set PALATE_AGENT_ALLOW_ROOT=1.',
    )
  return 'The agent works as root, and so does what it trains. A user of its own is safer.'
}
