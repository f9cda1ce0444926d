import { clientAddress } from '@palate/config/http/client-address'
import { env } from './env'

/**
 * Where a request comes from. The last entry of X-Forwarded-For was written by our own reverse proxy
 * (`reverse-proxy.mjs`): it is the sender's real address.
 */
export function readOrigin(headers: Headers): { address: string; userAgent: string } {
  const claimed = (headers.get('x-forwarded-for') ?? '').split(',')
  const peer = claimed.pop()?.trim()
  return {
    address: clientAddress(peer, claimed.join(','), env().HUB_TRUSTED_PROXIES),
    userAgent: headers.get('user-agent') ?? '',
  }
}
