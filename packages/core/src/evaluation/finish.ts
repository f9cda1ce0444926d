import { evaluation, type Transaction } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { addJob } from '../job'
import { notify } from '../notify'
import { authorize } from '../permission'

/**
 * Goes on with the evaluation of a generate run that has ended: a background job scores the answers of a finished run;
 * otherwise the evaluation ends with the run's status. The answers that arrived are kept.
 */
export async function finishEvaluation(
  tx: Transaction,
  { workspaceId, now }: { workspaceId: string; now: () => Date },
  run: { id: string; status: 'finished' | 'failed' | 'canceled'; error: string | null },
): Promise<void> {
  const finished = run.status === 'finished'
  const [found] = await tx
    .update(evaluation)
    .set({
      status: run.status === 'finished' ? 'scoring' : run.status,
      error: run.error,
      finishedAt: finished ? null : now(),
    })
    .where(
      and(
        eq(evaluation.workspaceId, workspaceId),
        eq(evaluation.runId, run.id),
        eq(evaluation.status, 'generating'),
      ),
    )
    .returning({ id: evaluation.id })
  if (!found) return
  if (finished) await addJob(tx, 'score-evaluation', { evaluationId: found.id }, `score:${found.id}`)
  await notify(tx, { workspaceId, topic: 'evaluation', id: found.id })
}

/** Marks an evaluation that could not be scored as failed, with a sentence for the user. One that has ended is not changed. */
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
