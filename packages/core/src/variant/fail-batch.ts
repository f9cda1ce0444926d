import { variantBatch } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { notify } from '../notify'
import { authorize } from '../permission'

/** Ends a batch that could not be prepared, with the reason in a sentence. One that already generates is left alone. */
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
