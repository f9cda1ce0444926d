import { isIPv6 } from 'node:net'

/**
 * The address of the client. `X-Forwarded-For` is trusted only from our own proxies: read from the right, each entry
 * was written by the proxy before it. The first entry that is not our proxy is the client; the rest cannot be trusted.
 *
 * @param {string | undefined} peer
 * @param {string | undefined} forwardedFor
 * @param {readonly string[]} trustedProxies
 * @returns {string} an IPv4 address, or the /64 network of an IPv6 address, because one household has a whole /64
 */
export function clientAddress(peer, forwardedFor, trustedProxies) {
  const chain = [...(forwardedFor ?? '').split(',').map((entry) => entry.trim()), peer ?? ''].map(plain)
  let client = chain.pop() ?? ''
  while (chain.length > 0 && trustedProxies.includes(client)) {
    const before = chain.pop()
    if (!before) break
    client = before
  }
  return isIPv6(client) ? networkOf(client) : client
}

/** @param {string | undefined} peer @param {readonly string[]} trustedProxies */
export const isTrusted = (peer, trustedProxies) => trustedProxies.includes(plain(peer ?? ''))

/** @param {string} address */
function plain(address) {
  return address.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/^::ffff:(?=\d+\.)/i, '')
}

/** @param {string} address */
function networkOf(address) {
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
