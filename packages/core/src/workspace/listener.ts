import { apiKey, membership, session } from '@palate/db'
import { and, inArray, isNull } from 'drizzle-orm'
import type { Deps } from '../context'
import { acrossWorkspaces } from '../tenant'
import type { TicketClaims } from '../ticket'
import { isLiveSession } from '../user/session'

/** Who holds a socket of a workspace: a member, by a sign-in or by a key. */
export type Listener = TicketClaims<'live'>

/**
 * Those of the listeners that may still hear their workspace: they are members, and their session or key has not ended.
 * Three queries for any number of listeners, so that a hub can ask every few seconds.
 */
export async function findListening<One extends Listener>(
  deps: Deps,
  listeners: readonly One[],
): Promise<One[]> {
  if (listeners.length === 0) return []
  const [members, sessions, keys] = await Promise.all([
    findMembers(deps, distinct(listeners.map(({ userId }) => userId))),
    findSessions(deps, distinct(listeners.map(({ sessionId }) => sessionId))),
    findKeys(deps, distinct(listeners.map(({ keyId }) => keyId))),
  ])
  return listeners.filter(
    ({ workspaceId, userId, sessionId, keyId }) =>
      members.has(`${workspaceId} ${userId}`) &&
      (sessionId === undefined || sessions.has(sessionId)) &&
      (keyId === undefined || keys.has(keyId)),
  )
}

async function findMembers(deps: Deps, userIds: string[]): Promise<Set<string>> {
  const rows = await acrossWorkspaces(deps, 'listeners')
    .db.select({ workspaceId: membership.workspaceId, userId: membership.userId })
    .from(membership)
    .where(inArray(membership.userId, userIds))
  return new Set(rows.map(({ workspaceId, userId }) => `${workspaceId} ${userId}`))
}

async function findSessions(deps: Deps, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await deps.db
    .select({ id: session.id })
    .from(session)
    .where(and(inArray(session.id, ids), isLiveSession(deps.now())))
  return new Set(rows.map(({ id }) => id))
}

async function findKeys(deps: Deps, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await acrossWorkspaces(deps, 'listeners')
    .db.select({ id: apiKey.id })
    .from(apiKey)
    .where(and(inArray(apiKey.id, ids), isNull(apiKey.revokedAt)))
  return new Set(rows.map(({ id }) => id))
}

const distinct = (values: readonly (string | undefined)[]): string[] => [
  ...new Set(values.filter((value) => value !== undefined)),
]
