import { evaluation, type run, type Transaction, variantBatch } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import { addJob } from '../job'
import { notify } from '../notify'

type RunRow = typeof run.$inferSelect
type EndStatus = 'finished' | 'failed' | 'canceled'

/**
 * What follows when a generate run has ended: its batch is ready for labels, or its evaluation is scored by a
 * background job. Both end with the run where it failed or was canceled; what arrived until then is kept.
 */
export async function finishGenerateRun(
  tx: Transaction,
  ctx: { workspaceId: string; now: () => Date },
  run: RunRow,
  status: EndStatus,
): Promise<void> {
  await finishBatch(tx, ctx.workspaceId, run, status)
  await finishEvaluation(tx, ctx, run, status)
}

async function finishBatch(tx: Transaction, workspaceId: string, run: RunRow, status: EndStatus) {
  const [batch] = await tx
    .update(variantBatch)
    .set({ status: status === 'finished' ? 'ready' : status, error: reasonOf(run, status) })
    .where(
      and(
        eq(variantBatch.workspaceId, workspaceId),
        eq(variantBatch.runId, run.id),
        eq(variantBatch.status, 'generating'),
      ),
    )
    .returning({ id: variantBatch.id })
  if (batch) await notify(tx, { workspaceId, topic: 'variant', id: batch.id })
}

async function finishEvaluation(
  tx: Transaction,
  { workspaceId, now }: { workspaceId: string; now: () => Date },
  run: RunRow,
  status: EndStatus,
) {
  const ends = status === 'finished' ? null : now()
  const [found] = await tx
    .update(evaluation)
    .set({
      status: status === 'finished' ? 'scoring' : status,
      error: reasonOf(run, status),
      finishedAt: ends,
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
  if (status === 'finished')
    await addJob(tx, 'score-evaluation', { evaluationId: found.id }, `score:${found.id}`)
  await notify(tx, { workspaceId, topic: 'evaluation', id: found.id })
}

function reasonOf(run: RunRow, status: EndStatus): string | null {
  if (status !== 'failed') return null
  return run.failure?.message ?? 'The run that writes the answers failed.'
}
