import { pair, pairClaim, type Transaction, vote } from '@palate/db'
import { and, desc, eq, gt, lt } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError } from '../error'
import { notify } from '../notify'
import { authorize } from '../permission'
import { hasRoom, type Labeler } from './claim'
import { claimMs, isStandingVoteOf, lockLabeler, requireLabeler } from './labeler'
import { type LabelItem, readItems } from './next'

const undoMs = 60 * 60_000

interface Action {
  pairId: string
  at: Date
  /** Null for a skip. */
  voteId: string | null
}

/**
 * Takes back the caller's last vote or skip of the past hour and returns its pair as it was shown; null without one.
 * @throws DomainError `conflict` when the last action is a skip and others have taken the pair since
 */
export async function undoLast(ctx: ServiceContext): Promise<LabelItem | null> {
  authorize(ctx, 'label:create')
  const { workspaceId } = ctx
  const labeler = { workspaceId, userId: requireLabeler(ctx), now: ctx.now() }
  return ctx.db.transaction(async (tx) => {
    await lockLabeler(tx, workspaceId, labeler.userId)
    const last = await findLast(tx, labeler)
    if (!last) return null
    const { pairId, voteId } = last
    if (voteId) await tx.update(vote).set({ supersededAt: labeler.now }).where(eq(vote.id, voteId))
    else await requireFree(tx, labeler, pairId)
    await tx
      .update(pairClaim)
      .set({ expiresAt: new Date(labeler.now.getTime() + claimMs), skippedAt: null })
      .where(and(eq(pairClaim.pairId, pairId), eq(pairClaim.userId, labeler.userId)))
    await audit(tx, ctx, 'label.undo', voteId ?? pairId, { pairId, action: voteId ? 'vote' : 'skip' })
    await notify(tx, { workspaceId, topic: 'label', id: pairId })
    const [item] = await readItems(tx, labeler.userId, [pairId])
    return item ?? null
  })
}

async function findLast(tx: Transaction, labeler: Labeler): Promise<Action | undefined> {
  const { workspaceId, userId, now } = labeler
  const since = new Date(now.getTime() - undoMs)
  const votes = await tx
    .select({ pairId: vote.pairId, at: vote.createdAt, voteId: vote.id })
    .from(vote)
    .where(and(isStandingVoteOf(workspaceId, userId), gt(vote.createdAt, since)))
    .orderBy(desc(vote.createdAt), desc(vote.id))
    .limit(1)
  const skips = await tx
    .select({ pairId: pairClaim.pairId, at: pairClaim.skippedAt })
    .from(pairClaim)
    .where(
      and(
        eq(pairClaim.workspaceId, workspaceId),
        eq(pairClaim.userId, userId),
        gt(pairClaim.skippedAt, since),
      ),
    )
    .orderBy(desc(pairClaim.skippedAt))
    .limit(1)
  const actions: Action[] = [
    ...skips.flatMap(({ pairId, at }) => (at ? [{ pairId, at, voteId: null }] : [])),
    ...votes,
  ]
  return actions.sort((one, other) => other.at.getTime() - one.at.getTime())[0]
}

/** Another person may have claimed or labeled a skipped pair. The lock keeps others from claiming it meanwhile. */
async function requireFree(tx: Transaction, labeler: Labeler, pairId: string): Promise<void> {
  await tx.select({ id: pair.id }).from(pair).where(eq(pair.id, pairId)).for('update')
  const [free] = await tx
    .select({ id: pair.id })
    .from(pair)
    .where(and(eq(pair.id, pairId), lt(pair.personVotes, pair.quota), hasRoom(labeler)))
  if (free) return
  throw new DomainError(
    'conflict',
    'The skip cannot be undone: another person has taken the pair since.',
    'Your earlier votes stay as they are.',
  )
}
