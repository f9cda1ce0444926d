import { decode } from 'next-auth/jwt'

const cookie = /(?:^|;\s*)(?:__Secure-)?next-auth\.session-token=([^;]+)/

/**
 * The session that a request names in a cookie of ours. Whether it still lasts, the database is asked later.
 *
 * @param {string} secret
 * @returns {(incoming: import('node:http').IncomingMessage) => Promise<string | null>} its id
 */
export const sessionReader = (secret) => async (incoming) => {
  const token = cookie.exec(incoming.headers.cookie ?? '')?.[1]
  if (!token) return null
  const claims = await decode({ token, secret }).catch(() => null)
  return typeof claims?.sid === 'string' ? claims.sid : null
}
