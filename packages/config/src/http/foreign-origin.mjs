/** @typedef {import('node:http').IncomingMessage} IncomingMessage */

/**
 * Whether a page of another origin sent this request and it may change something: cookies are sent along from every
 * port of a host, so `SameSite` alone does not stop it. Programs send no origin and are not meant.
 *
 * @param {IncomingMessage} incoming
 * @param {string} ownOrigin the address that people use; another name for the same host and port passes, unless it
 * would circumvent TLS
 */
export function isForeign({ method = 'GET', url = '', headers }, ownOrigin) {
  const changesNothing = method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
  if (changesNothing && !url.startsWith('/socket.io')) return false
  const { origin } = headers
  if (origin === undefined) return /^(cross|same)-site$/.test(String(headers['sec-fetch-site'] ?? ''))
  if (origin === ownOrigin) return false
  return isSecure(ownOrigin) || !URL.canParse(origin) || new URL(origin).host !== headers.host
}

/** @param {string} origin */
export const isSecure = (origin) => origin.startsWith('https://')

export const foreignError = /** @type {const} */ ({
  code: 'forbidden',
  message: 'This request came from a page of another address, so it was refused.',
  remedy:
    'Open Palate at the address in PALATE_ORIGIN, and send requests from there or with an API key from a script.',
})
