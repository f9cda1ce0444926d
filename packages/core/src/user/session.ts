import { newId, session, type Transaction } from '@palate/db'
import { and, desc, eq, gt, isNull, lt, ne, type SQL } from 'drizzle-orm'
import type { Deps } from '../context'
import { DomainError } from '../error'
import type { Caller } from '../workspace/caller'
import { auditUser } from './audit-user'
import { type Origin, SessionRef, type UserSessionView } from './schemas'

/** A session that is not used for this long has ended. The cookie lasts as long. */
export const sessionSeconds = 14 * 24 * 3600
const recordEveryMs = 60_000
const keptMs = 90 * 24 * 3_600_000

/** The condition for a session that has not ended. */
export function isLiveSession(now: Date): SQL | undefined {
  const oldest = new Date(now.getTime() - sessionSeconds * 1000)
  return and(isNull(session.endedAt), gt(session.lastSeenAt, oldest))
}

/** Opens a session for a person who has just proved who they are, and forgets what is long over. */
export async function openSession(
  tx: Transaction,
  { userId, now, origin }: { userId: string; now: Date; origin: Origin },
): Promise<string> {
  const old = new Date(now.getTime() - keptMs)
  await tx.delete(session).where(and(eq(session.userId, userId), lt(session.lastSeenAt, old)))
  const id = newId('ses')
  await tx
    .insert(session)
    .values({ id, userId, ...origin, createdAt: now, lastSeenAt: now, authenticatedAt: now })
  return id
}

/** The caller of a session, or null when it is unknown or has ended. Records its use, at most once a minute. */
export async function resolveSession(deps: Deps, id: string): Promise<UserCaller | null> {
  const now = deps.now()
  const [found] = await deps.db
    .select({ userId: session.userId, lastSeenAt: session.lastSeenAt })
    .from(session)
    .where(and(eq(session.id, id), isLiveSession(now)))
  if (!found) return null
  if (now.getTime() - found.lastSeenAt.getTime() > recordEveryMs)
    await deps.db.update(session).set({ lastSeenAt: now }).where(eq(session.id, id))
  return { kind: 'user', userId: found.userId, sessionId: id }
}

/** Ends a session at sign-out. A repeated call changes nothing. */
export async function signOut(deps: Deps, id: string): Promise<void> {
  const caller = await resolveSession(deps, id)
  if (caller) await endSession(deps, caller, { id })
}

export type UserCaller = Caller & { kind: 'user' }

/** @throws DomainError `forbidden` for an API key: what concerns an account needs the person */
export function requirePerson(caller: Caller): UserCaller {
  if (caller.kind === 'user') return caller
  throw new DomainError(
    'forbidden',
    'An API key cannot manage the account of its creator.',
    'Sign in to Palate and open the settings.',
  )
}

/** The sessions of the caller that have not ended, the last used first. */
export async function listSessions(deps: Deps, caller: Caller): Promise<UserSessionView[]> {
  const { userId, sessionId } = requirePerson(caller)
  const rows = await deps.db
    .select()
    .from(session)
    .where(and(eq(session.userId, userId), isLiveSession(deps.now())))
    .orderBy(desc(session.lastSeenAt), desc(session.id))
  return rows.map(({ id, address, userAgent, createdAt, lastSeenAt }) => ({
    ...{ id, address, userAgent, createdAt, lastSeenAt },
    current: id === sessionId,
  }))
}

/** Ends one of the caller's own sessions: its cookie is refused from now on, its sockets close within seconds. */
export async function endSession(deps: Deps, caller: Caller, raw: SessionRef): Promise<void> {
  const { userId } = requirePerson(caller)
  const { id } = SessionRef.parse(raw)
  await deps.db.transaction(async (tx) => {
    const own = and(eq(session.id, id), eq(session.userId, userId))
    const [found] = await tx.select({ endedAt: session.endedAt }).from(session).where(own).for('update')
    if (!found) throw new DomainError('not_found', 'This session does not exist.')
    if (found.endedAt) return
    await tx.update(session).set({ endedAt: deps.now() }).where(own)
    await auditUser(tx, userId, 'session.end', id)
  })
}

/** Ends all sessions of the caller but the one that calls. @returns how many */
export async function endOtherSessions(deps: Deps, caller: Caller): Promise<{ ended: number }> {
  const person = requirePerson(caller)
  return deps.db.transaction((tx) => endOthers(tx, deps, person))
}

/** The same inside another change, as that of a password. */
export async function endOthers(
  tx: Transaction,
  deps: Deps,
  { userId, sessionId }: UserCaller,
): Promise<{ ended: number }> {
  const now = deps.now()
  const others = and(
    eq(session.userId, userId),
    isLiveSession(now),
    sessionId === undefined ? undefined : ne(session.id, sessionId),
  )
  const ended = await tx.update(session).set({ endedAt: now }).where(others).returning({ id: session.id })
  for (const { id } of ended) await auditUser(tx, userId, 'session.end', id)
  return { ended: ended.length }
}
