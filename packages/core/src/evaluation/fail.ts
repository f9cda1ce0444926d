import { evaluation } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { notify } from '../notify'
import { authorize } from '../permission'

/** Ends an evaluation that could not be scored, with the reason in a sentence. One that is over is left alone. */
export async function failEvaluation(
  ctx: ServiceContext,
  { evaluationId, error }: { evaluationId: string; error: string },
): Promise<void> {
  authorize(ctx, 'evaluation:create')
  const { workspaceId } = ctx
  await ctx.db.transaction(async (tx) => {
    const [failed] = await tx
      .update(evaluation)
      .set({ status: 'failed', error, finishedAt: ctx.now() })
      .where(
        and(
          eq(evaluation.workspaceId, workspaceId),
          eq(evaluation.id, evaluationId),
          eq(evaluation.status, 'scoring'),
        ),
      )
      .returning({ id: evaluation.id })
    if (failed) await notify(tx, { workspaceId, topic: 'evaluation', id: evaluationId })
  })
}
