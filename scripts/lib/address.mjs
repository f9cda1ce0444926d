import { isIPv6 } from 'node:net'

const names = new Map([
  ['127.0.0.1', 'localhost'],
  ['::1', 'localhost'],
  ['0.0.0.0', 'localhost'],
  ['::', 'localhost'],
])
/** Every network, from this machine. */
const wildcards = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
])

/** @param {string} host */
const inUrl = (host) => (isIPv6(host) ? `[${host}]` : host)

/**
 * @param {string} host what the web process listens on
 * @param {number} port
 * @returns {{ origin: string, local: string }} the address for people on this machine, and one that needs no name to be
 * looked up
 */
export function addressesOf(host, port) {
  return {
    origin: `http://${names.get(host) ?? inUrl(host)}:${port}`,
    local: `http://${inUrl(wildcards.get(host) ?? host)}:${port}`,
  }
}
