import { type Transaction, variantBatch } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { notify } from '../notify'
import { authorize } from '../permission'
import { makeLatePairs } from './make-pair'

/** Ends the batch of a generate run that has ended, with the same status. The variants that arrived are kept, and make pairs. */
export async function finishBatch(
  tx: Transaction,
  { workspaceId }: { workspaceId: string },
  run: { id: string; status: 'finished' | 'failed' | 'canceled'; error: string | null },
): Promise<void> {
  const [batch] = await tx
    .update(variantBatch)
    .set({ status: run.status === 'finished' ? 'ready' : run.status, error: run.error })
    .where(
      and(
        eq(variantBatch.workspaceId, workspaceId),
        eq(variantBatch.runId, run.id),
        eq(variantBatch.status, 'generating'),
      ),
    )
    .returning({ id: variantBatch.id, settings: variantBatch.settings })
  if (!batch) return
  await makeLatePairs(tx, { workspaceId, batchId: batch.id, settings: batch.settings })
  await notify(tx, { workspaceId, topic: 'variant', id: batch.id })
}

/** Marks a batch that could not be prepared as failed, with a sentence for the user. A batch that generates is not changed. */
export async function failBatch(
  ctx: ServiceContext,
  { batchId, error }: { batchId: string; error: string },
): Promise<void> {
  authorize(ctx, 'variant:create')
  await ctx.db.transaction(async (tx) => {
    const [failed] = await tx
      .update(variantBatch)
      .set({ status: 'failed', error })
      .where(
        and(
          eq(variantBatch.workspaceId, ctx.workspaceId),
          eq(variantBatch.id, batchId),
          eq(variantBatch.status, 'preparing'),
        ),
      )
      .returning({ id: variantBatch.id })
    if (failed) await notify(tx, { workspaceId: ctx.workspaceId, topic: 'variant', id: batchId })
  })
}
