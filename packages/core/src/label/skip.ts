import { pair, pairClaim } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { authorize } from '../permission'
import { lockLabeler, requireLabeler } from './labeler'
import { PairRef } from './schemas'
import { findVote } from './vote'

/** Skips a pair. It is not shown to the caller again, and another person can claim it at once. */
export async function skipPair(ctx: ServiceContext, input: PairRef): Promise<{ pairId: string }> {
  authorize(ctx, 'label:create')
  const { pairId } = PairRef.parse(input)
  const labeler = { workspaceId: ctx.workspaceId, userId: requireLabeler(ctx), now: ctx.now() }
  return ctx.db.transaction(async (tx) => {
    await lockLabeler(tx, ctx.workspaceId, labeler.userId)
    const [claim] = await tx
      .select({ pairId: pairClaim.pairId })
      .from(pairClaim)
      .innerJoin(pair, eq(pair.id, pairClaim.pairId))
      .where(
        and(
          eq(pair.workspaceId, ctx.workspaceId),
          eq(pairClaim.pairId, pairId),
          eq(pairClaim.userId, labeler.userId),
        ),
      )
    required(claim, 'This pair')
    if (await findVote(tx, labeler, pairId))
      throw new DomainError('conflict', 'You have labeled this pair already.', 'Undo the vote first.')
    await tx
      .update(pairClaim)
      .set({ skippedAt: labeler.now })
      .where(and(eq(pairClaim.pairId, pairId), eq(pairClaim.userId, labeler.userId)))
    await audit(tx, ctx, 'label.skip', pairId)
    return { pairId }
  })
}
