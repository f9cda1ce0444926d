import { limits } from '@palate/config'
import { newId, signInAttempt, type Transaction } from '@palate/db'
import { and, count, eq, gt, lt, max, ne, type SQL, sql } from 'drizzle-orm'
import { DomainError } from '../error'

/** Failures in the window after which an attempt is refused. */
const { windowMinutes, accountHere, address: perAddress, account } = limits.signIn
const windowMs = windowMinutes * 60_000
const dayMs = 24 * 3_600_000
/** For so long an address from which the account was used is known. */
const knownMs = 30 * dayMs

interface Attempt {
  email: string
  address: string
  now: Date
}

/**
 * Counts an attempt, as a failure until `recordSuccess`, before the password is checked: attempts at the same time, in
 * any number of processes, are all counted. A stranger's attempts at other addresses use up neither an account's limit at
 * its owner's address nor, where the owner has signed in from that address before, the account's limit as a whole.
 *
 * @returns the id of the attempt
 * @throws DomainError `rate_limited`
 */
export async function takeAttempt(tx: Transaction, attempt: Attempt): Promise<string> {
  const { email, address, now } = attempt
  // Always in this order, so that two attempts never wait for each other.
  for (const key of [`address ${address}`, `email ${email}`])
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`sign-in ${key}`}, 0))`)
  await tx.delete(signInAttempt).where(lt(signInAttempt.at, new Date(now.getTime() - knownMs)))
  await requireRoom(tx, attempt)
  const id = newId('try')
  await tx.insert(signInAttempt).values({ id, email, address, succeeded: false, at: now })
  return id
}

export async function recordSuccess(tx: Transaction, id: string): Promise<void> {
  await tx.update(signInAttempt).set({ succeeded: true }).where(eq(signInAttempt.id, id))
}

async function requireRoom(tx: Transaction, { email, address, now }: Attempt): Promise<void> {
  const here = and(eq(signInAttempt.email, email), eq(signInAttempt.address, address))
  const [known] = await tx
    .select({ at: max(signInAttempt.at) })
    .from(signInAttempt)
    .where(and(here, eq(signInAttempt.succeeded, true)))
  const failures = async (which: SQL | undefined, since = now.getTime() - windowMs) => {
    const recent = and(which, eq(signInAttempt.succeeded, false), gt(signInAttempt.at, new Date(since)))
    return (await tx.select({ count: count() }).from(signInAttempt).where(recent))[0]?.count ?? 0
  }
  const lastSuccess = Math.max(known?.at?.getTime() ?? 0, now.getTime() - windowMs)
  const elsewhere = and(eq(signInAttempt.email, email), ne(signInAttempt.address, address))
  if (
    (await failures(here, lastSuccess)) >= accountHere ||
    (await failures(eq(signInAttempt.address, address))) >= perAddress ||
    (!known?.at && (await failures(elsewhere)) >= account)
  )
    throw tooMany()
}

function tooMany(): DomainError {
  return new DomainError(
    'rate_limited',
    'Too many attempts to sign in failed.',
    `Wait ${windowMinutes} minutes and try again.`,
  )
}
