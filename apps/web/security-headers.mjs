import { isSecure } from '@palate/config/http/foreign-origin'

/** @typedef {import('node:http').ServerResponse} ServerResponse */

/** What every response carries. A page replaces the policy by one of its own, with a nonce (`proxy.ts`). */
const headers = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}
const oneYearSeconds = 31_536_000

/** @param {ServerResponse} response @param {string} ownOrigin */
export function setSecurityHeaders(response, ownOrigin) {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (isSecure(ownOrigin)) response.setHeader('strict-transport-security', `max-age=${oneYearSeconds}`)
}
