import { CliError, exit } from '../exit'

const local = /^(localhost|127(\.\d+){3}|\[::1\])$/

/**
 * The origin of what a person types: `localhost:3000`, `palate.example.com`, `https://palate.example.com/`.
 *
 * @throws CliError for what is no address
 */
export function readAddress(typed: string): string {
  const text = typed.trim()
  const host = text.replace(/[/:].*$/, '')
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
    ? text
    : `${local.test(host) ? 'http' : 'https'}://${text}`
  const url = URL.canParse(full) ? new URL(full) : null
  if (!url || !['http:', 'https:'].includes(url.protocol) || !url.hostname)
    throw new CliError(
      `"${text}" is no address of Palate.`,
      'Use the address of its pages, for example http://localhost:3000.',
      exit.usage,
    )
  if (url.username || url.password)
    throw new CliError(
      'The address contains a password.',
      'Leave it out; Palate uses an API key.',
      exit.usage,
    )
  return url.origin
}

/** Whether a key that is sent there can be read on the way. */
export function isReadableOnTheWay(origin: string): boolean {
  const { protocol, hostname } = new URL(origin)
  return protocol === 'http:' && !local.test(hostname)
}
