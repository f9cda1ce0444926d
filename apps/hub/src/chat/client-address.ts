import { isIPv6 } from 'node:net'

/**
 * Whose request it is. `X-Forwarded-For` is believed only from a proxy of ours: read from the right, each entry was
 * written by the one before; the first that is no proxy of ours is the client, and what stands left of it is hearsay.
 *
 * @returns an IPv4 address, or the /64 network of an IPv6 one: one household has all of it
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: readonly string[],
): string {
  const chain = [...(forwardedFor ?? '').split(',').map((entry) => entry.trim()), peer ?? ''].map(plain)
  let client = chain.pop() ?? ''
  while (chain.length > 0 && trustedProxies.includes(client)) {
    const before = chain.pop()
    if (!before) break
    client = before
  }
  return isIPv6(client) ? networkOf(client) : client
}

function plain(address: string): string {
  return address.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/^::ffff:(?=\d+\.)/i, '')
}

function networkOf(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::')
  const left = head ? head.split(':') : []
  const right = tail ? tail.split(':') : []
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right]
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}
