import { pairClaim, vote } from '@palate/db'
import { and, desc, eq, gt, isNull } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { notify } from '../notify'
import { authorize } from '../permission'
import { claimMs, lockLabeler, requireLabeler } from './labeler'
import { type LabelItem, readItems } from './next'

const undoMs = 60 * 60_000

/** Supersedes the caller's last vote of the past hour and returns its pair as it was shown; null without such a vote. */
export async function undoVote(ctx: ServiceContext): Promise<LabelItem | null> {
  authorize(ctx, 'label:create')
  const userId = requireLabeler(ctx)
  const { workspaceId } = ctx
  const now = ctx.now()
  return ctx.db.transaction(async (tx) => {
    await lockLabeler(tx, workspaceId, userId)
    const [latest] = await tx
      .select({ id: vote.id, pairId: vote.pairId })
      .from(vote)
      .where(
        and(
          eq(vote.workspaceId, workspaceId),
          eq(vote.userId, userId),
          eq(vote.source, 'person'),
          isNull(vote.supersededAt),
          gt(vote.createdAt, new Date(now.getTime() - undoMs)),
        ),
      )
      .orderBy(desc(vote.createdAt), desc(vote.id))
      .limit(1)
    if (!latest) return null
    await tx.update(vote).set({ supersededAt: now }).where(eq(vote.id, latest.id))
    await tx
      .update(pairClaim)
      .set({ expiresAt: new Date(now.getTime() + claimMs), skippedAt: null })
      .where(and(eq(pairClaim.pairId, latest.pairId), eq(pairClaim.userId, userId)))
    await audit(tx, ctx, 'label.undo', latest.id, { pairId: latest.pairId })
    await notify(tx, { workspaceId, topic: 'label', id: latest.pairId })
    const [item] = await readItems(tx, userId, [latest.pairId])
    return item ?? null
  })
}
