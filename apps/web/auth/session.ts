import { DomainError, resolveSession, toFailure } from '@palate/core'
import { getServerSession } from 'next-auth'
import { deps } from './deps'
import { authOptions } from './options'

/** Who is signed in, or null; asks the database whether the session that the cookie names still lasts. */
export async function findSession() {
  const cookie: unknown = await getServerSession(authOptions)
  if (!hasSid(cookie)) return null
  const opened = await deps()
  return resolveSession(opened, cookie.sid).catch((error: unknown) => {
    // A page that fails is logged by Next, with all that its error says: SQL and its values stay out of it.
    const { code, message, remedy } = toFailure(error, opened.log, 'authentication')
    throw new DomainError(code === 'internal' ? 'unavailable' : code, message, remedy)
  })
}

function hasSid(cookie: unknown): cookie is { sid: string } {
  return typeof cookie === 'object' && cookie !== null && 'sid' in cookie && typeof cookie.sid === 'string'
}
