import { apiKey, membership, session } from '@palate/db'
import { and, inArray, isNull } from 'drizzle-orm'
import { isLiveKey } from '../api-key/resolve'
import type { Deps, ServiceContext } from '../context'
import { DomainError } from '../error'
import { acrossWorkspaces } from '../tenant'
import type { TicketClaims, TicketHolder } from '../ticket'
import { isLiveSession } from '../user/session'

/** Who holds a socket of a workspace: a member, by a sign-in or by a key. */
export type Listener = TicketClaims<'live'>

/** Who asks for a ticket: it is worth something for as long as they are a member with this sign-in or key. */
export function holderOf({ workspaceId, actor }: ServiceContext): TicketHolder & { workspaceId: string } {
  if (actor.kind === 'user') return { workspaceId, userId: actor.userId, sessionId: actor.sessionId }
  if (actor.kind === 'apiKey') return { workspaceId, userId: actor.userId, keyId: actor.keyId }
  return { workspaceId }
}

/**
 * Reads a ticket that a person, a script or the system was given, and asks whether its holder may still act here.
 *
 * @throws DomainError `unauthenticated` for a ticket that is not valid, or whose holder has lost their session, key or place
 */
export async function verifyHeldTicket<Purpose extends 'upload' | 'download' | 'export'>(
  deps: Deps,
  purpose: Purpose,
  token: string,
): Promise<TicketClaims<Purpose>> {
  const claims = await deps.tickets.verify(purpose, token)
  const { workspaceId, userId, sessionId, keyId } = claims
  if (userId === undefined) return claims
  const [held] = await findListening(deps, [{ workspaceId, userId, sessionId, keyId }])
  if (held) return claims
  throw new DomainError(
    'unauthenticated',
    'This link ended with your session.',
    'Sign in again and open the page.',
  )
}

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
      (sessionId === undefined || sessions.has(sessionId)) &&
      (keyId === undefined || keys.has(keyId)) &&
      // A key of the workspace outlives the membership of who made it.
      (keys.get(keyId ?? '') === 'workspace' || members.has(`${workspaceId} ${userId}`)),
  )
}

async function findMembers(deps: Deps, userIds: string[]): Promise<Set<string>> {
  const rows = await acrossWorkspaces(deps, 'listeners')
    .db.select({ workspaceId: membership.workspaceId, userId: membership.userId })
    .from(membership)
    .where(and(inArray(membership.userId, userIds), isNull(membership.disabledAt)))
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

async function findKeys(deps: Deps, ids: string[]): Promise<Map<string, 'personal' | 'workspace'>> {
  if (ids.length === 0) return new Map()
  const rows = await acrossWorkspaces(deps, 'listeners')
    .db.select({ id: apiKey.id, personal: apiKey.personal })
    .from(apiKey)
    .where(and(inArray(apiKey.id, ids), isLiveKey(deps.now())))
  return new Map(rows.map(({ id, personal }) => [id, personal ? 'personal' : 'workspace']))
}

const distinct = (values: readonly (string | undefined)[]): string[] => [
  ...new Set(values.filter((value) => value !== undefined)),
]
