import { resolveSession } from '@palate/core'
import { getServerSession } from 'next-auth'
import { deps } from './deps'
import { authOptions } from './options'

/** Who is signed in, or null; asks the database whether the session that the cookie names still lasts. */
export async function findSession() {
  const cookie: unknown = await getServerSession(authOptions)
  return hasSid(cookie) ? resolveSession(await deps(), cookie.sid) : null
}

function hasSid(cookie: unknown): cookie is { sid: string } {
  return typeof cookie === 'object' && cookie !== null && 'sid' in cookie && typeof cookie.sid === 'string'
}
