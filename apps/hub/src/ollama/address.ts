import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { DomainError } from '@palate/core'

/** Where no Ollama is, but where clouds tell a machine its secrets; and addresses of nobody or of everybody. */
const refused = new BlockList()
refused.addSubnet('0.0.0.0', 8, 'ipv4')
refused.addSubnet('169.254.0.0', 16, 'ipv4')
refused.addSubnet('224.0.0.0', 3, 'ipv4')
refused.addAddress('100.100.100.200', 'ipv4')
refused.addAddress('::', 'ipv6')
refused.addSubnet('fe80::', 10, 'ipv6')
refused.addSubnet('ff00::', 8, 'ipv6')
refused.addAddress('fd00:ec2::254', 'ipv6')

/**
 * @param allowed origins that the operator listed; with none, any address outside of the refused ranges
 * @throws DomainError `forbidden`
 */
export function requireAllowed(address: string, allowed: readonly string[]): URL {
  const url = new URL(address)
  if (allowed.length > 0 && !allowed.includes(url.origin))
    throw new DomainError(
      'forbidden',
      `This installation does not push to ${url.origin}.`,
      'Ask its operator to add the address to HUB_PUSH_ADDRESSES.',
    )
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) && isRefused(host)) throw errorOf(host)
  return url
}

/** Looks a name up once, for the check and for the connection: a second answer could be another one. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    const [first] = found ?? []
    if (error || !first) return callback(error, [])
    const wrong = found.find(({ address }) => isRefused(address))
    if (wrong) return callback(errorOf(wrong.address), [])
    if (options.all) return callback(null, found)
    return callback(null, first.address, first.family)
  })
}

function isRefused(address: string): boolean {
  return refused.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

function errorOf(address: string): DomainError {
  return new DomainError(
    'forbidden',
    `The address ${address} is reserved, and no Ollama is there.`,
    'Use the address of the machine that Ollama runs on.',
  )
}
