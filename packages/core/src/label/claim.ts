import { randomInt } from 'node:crypto'
import { pair, pairClaim, type Transaction, vote } from '@palate/db'
import { and, asc, count, eq, gt, inArray, isNull, lt, notInArray, type SQL, sql } from 'drizzle-orm'
import { claimMs } from './labeler'
import { drawOrder } from './shown-order'

export interface Labeler {
  workspaceId: string
  userId: string
  now: Date
}

/** Pairs that a person has claimed: the claim has not expired, and the pair is neither labeled nor skipped. */
export async function heldPairs(
  tx: Transaction,
  { workspaceId, userId, now }: Labeler,
  exclude: string[],
  limit: number,
): Promise<string[]> {
  const rows = await tx
    .select({ pairId: pairClaim.pairId })
    .from(pairClaim)
    .innerJoin(pair, eq(pair.id, pairClaim.pairId))
    .where(
      and(
        eq(pairClaim.workspaceId, workspaceId),
        eq(pairClaim.userId, userId),
        gt(pairClaim.expiresAt, now),
        isNull(pairClaim.skippedAt),
        lt(pair.personVotes, pair.quota),
        notVotedBy(userId),
        exclude.length > 0 ? notInArray(pairClaim.pairId, exclude) : undefined,
      ),
    )
    .orderBy(asc(pair.personVotes), asc(pair.createdAt), asc(pair.id))
    .limit(limit)
  return rows.map(({ pairId }) => pairId)
}

/**
 * Claims up to `limit` pairs that still need votes: those with the fewest votes first, then the oldest. The sides are
 * drawn here and stay with the claim. The caller holds the labeler's lock.
 */
export async function claimPairs(
  tx: Transaction,
  labeler: Labeler,
  exclude: string[],
  limit: number,
): Promise<string[]> {
  const claimed: string[] = []
  const passed = [...exclude]
  while (claimed.length < limit) {
    const locked = await lockOpenPairs(tx, labeler, passed, limit - claimed.length)
    if (locked.length === 0) break
    passed.push(...locked)
    const free = await stillFree(tx, labeler, locked)
    for (const pairId of free) await writeClaim(tx, labeler, pairId)
    claimed.push(...free)
  }
  return claimed
}

/** Skips pairs that another transaction is claiming. */
async function lockOpenPairs(tx: Transaction, labeler: Labeler, passed: string[], limit: number) {
  const rows = await tx
    .select({ id: pair.id })
    .from(pair)
    .where(
      and(
        eq(pair.workspaceId, labeler.workspaceId),
        lt(pair.personVotes, pair.quota),
        hasRoom(labeler),
        notVotedBy(labeler.userId),
        notSkippedBy(labeler.userId),
        passed.length > 0 ? notInArray(pair.id, passed) : undefined,
      ),
    )
    .orderBy(asc(pair.personVotes), asc(pair.createdAt), asc(pair.id))
    .limit(limit)
    .for('update', { of: pair, skipLocked: true })
  return rows.map(({ id }) => id)
}

/** Checks again under the lock: a claim written just before it is visible only now. */
async function stillFree(tx: Transaction, labeler: Labeler, ids: string[]): Promise<string[]> {
  const rows = await tx
    .select({ id: pair.id })
    .from(pair)
    .where(and(inArray(pair.id, ids), hasRoom(labeler)))
    .orderBy(asc(pair.personVotes), asc(pair.createdAt), asc(pair.id))
  return rows.map(({ id }) => id)
}

async function writeClaim(tx: Transaction, { workspaceId, userId, now }: Labeler, pairId: string) {
  const [counts] = await tx
    .select({
      ab: count(sql`case when ${pairClaim.shownOrder} = 'ab' then 1 end`),
      ba: count(sql`case when ${pairClaim.shownOrder} = 'ba' then 1 end`),
    })
    .from(pairClaim)
    .where(and(eq(pairClaim.workspaceId, workspaceId), eq(pairClaim.userId, userId)))
  const expiresAt = new Date(now.getTime() + claimMs)
  const shownOrder = drawOrder(counts ?? { ab: 0, ba: 0 }, () => randomInt(2) === 0)
  // An expired claim keeps its sides, because the draw counted them.
  await tx
    .insert(pairClaim)
    .values({ pairId, userId, workspaceId, shownOrder, expiresAt })
    .onConflictDoUpdate({ target: [pairClaim.pairId, pairClaim.userId], set: { expiresAt } })
}

/** The votes and the claims of others leave room for one more vote. */
export function hasRoom({ userId, now }: Labeler): SQL {
  return sql`${pair.personVotes} + (
    select count(*) from ${pairClaim} held
    where held.pair_id = ${pair.id} and held.user_id <> ${userId} and held.skipped_at is null
      and held.expires_at > ${now.toISOString()}::timestamptz
      and not exists (
        select 1 from ${vote} given
        where given.pair_id = held.pair_id and given.user_id = held.user_id
          and given.source = 'person' and given.superseded_at is null
      )
  ) < ${pair.quota}`
}

function notVotedBy(userId: string): SQL {
  return sql`not exists (
    select 1 from ${vote} mine
    where mine.pair_id = ${pair.id} and mine.user_id = ${userId}
      and mine.source = 'person' and mine.superseded_at is null
  )`
}

function notSkippedBy(userId: string): SQL {
  return sql`not exists (
    select 1 from ${pairClaim} passed
    where passed.pair_id = ${pair.id} and passed.user_id = ${userId} and passed.skipped_at is not null
  )`
}
