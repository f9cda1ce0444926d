import { limits } from '@palate/config'
import { budgetUse, newId, type Transaction } from '@palate/db'
import { and, count, eq, gt, lt, sql } from 'drizzle-orm'
import { DomainError } from '../error'

/** What has a budget in `limits.json`, under `account`. */
export type Budget = keyof typeof limits.account

/**
 * Counts one use, in any number of processes.
 *
 * @param key who uses it: an address, an account or a workspace
 * @throws DomainError `rate_limited` where the budget is used up
 */
export async function takeBudget(
  tx: Transaction,
  { what, key, now }: { what: Budget; key: string; now: Date },
): Promise<void> {
  const { most, minutes } = limits.account[what]
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`budget ${what} ${key}`}, 0))`)
  const since = new Date(now.getTime() - minutes * 60_000)
  await tx.delete(budgetUse).where(and(eq(budgetUse.what, what), lt(budgetUse.at, since)))
  const used = and(eq(budgetUse.what, what), eq(budgetUse.key, key), gt(budgetUse.at, since))
  const [found] = await tx.select({ count: count() }).from(budgetUse).where(used)
  if ((found?.count ?? 0) >= most)
    throw new DomainError(
      'rate_limited',
      'This was tried too often.',
      `Wait ${wordOf(minutes)} and try again.`,
    )
  await tx.insert(budgetUse).values({ id: newId('use'), what, key, at: now })
}

const wordOf = (minutes: number) =>
  minutes >= 120 ? `${Math.round(minutes / 60)} hours` : `${minutes} minutes`
