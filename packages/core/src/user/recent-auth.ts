import { session, type Transaction, user } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import type { Actor } from '../actor'
import type { Deps } from '../context'
import { DomainError, required } from '../error'
import type { Caller } from '../workspace/caller'
import { auditUser } from './audit-user'
import { verifyPassword } from './password'
import { ReauthenticateInput, type RecentAuthView } from './schemas'
import { isLiveSession, requirePerson } from './session'
import { recordSuccess, takeAttempt } from './sign-in-limit'

/** For so long after it, dangerous actions do not ask for the password again. */
const recentMs = 10 * 60_000

/**
 * What is dangerous needs the person, not only their open browser: they signed in or gave their password within ten minutes.
 *
 * @returns the person's id
 * @throws DomainError `forbidden` for an API key, and where they did not
 */
export async function requireRecentAuth(
  tx: Transaction,
  { actor, now }: { actor: Actor; now: Deps['now'] },
): Promise<string> {
  if (actor.kind !== 'user') throw new DomainError('forbidden', 'Only a person who is signed in can do this.')
  // No session: a program of this installation that acts for a person, as at the first start. A request always has one.
  if (actor.sessionId === undefined) return actor.userId
  const until = await findRecentAuth(tx, actor, now())
  if (until) return actor.userId
  throw new DomainError(
    'forbidden',
    'This needs your password again, because you signed in a while ago.',
    'Confirm your password, then try again.',
  )
}

/** Until when it is not asked for again; null: it is asked for. */
export async function getRecentAuth(deps: Deps, caller: Caller): Promise<RecentAuthView> {
  return { until: await findRecentAuth(deps.db, requirePerson(caller), deps.now()) }
}

/**
 * The person confirms again who they are, with their password.
 *
 * @throws DomainError `invalid` when it is wrong, `rate_limited` after ten wrong ones
 */
export async function reauthenticate(deps: Deps, caller: Caller, raw: ReauthenticateInput): Promise<void> {
  const { userId, sessionId = 'no session' } = requirePerson(caller)
  const { password } = ReauthenticateInput.parse(raw)
  const [account] = await deps.db.select().from(user).where(eq(user.id, userId))
  const { email, passwordHash } = required(account, 'This account')
  const now = deps.now()
  const attempt = await deps.db.transaction((tx) => takeAttempt(tx, { email, address: sessionId, now }))
  if (!(await verifyPassword(passwordHash, password)))
    throw new DomainError('invalid', 'The password is wrong.', 'Check it and try again.')
  await deps.db.transaction(async (tx) => {
    await recordSuccess(tx, attempt)
    await tx
      .update(session)
      .set({ authenticatedAt: now })
      .where(and(eq(session.id, sessionId), eq(session.userId, userId)))
    await auditUser(tx, userId, 'user.reauthenticate', sessionId)
  })
}

async function findRecentAuth(
  tx: Transaction | Deps['db'],
  { userId, sessionId }: { userId: string; sessionId?: string },
  now: Date,
): Promise<Date | null> {
  if (sessionId === undefined) return null
  const [found] = await tx
    .select({ authenticatedAt: session.authenticatedAt })
    .from(session)
    .where(and(eq(session.id, sessionId), eq(session.userId, userId), isLiveSession(now)))
  if (!found) return null
  const until = new Date(found.authenticatedAt.getTime() + recentMs)
  return until > now ? until : null
}
