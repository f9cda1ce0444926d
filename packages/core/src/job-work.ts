import { datasetVersion, evaluation, variantBatch } from '@palate/db'
import { eq } from 'drizzle-orm'
import type { Deps } from './context'

/**
 * What the batch of a `prepare-variant-batch` job needs; null when it is prepared already, or gone.
 * @returns the batch's workspace, seed and where its dataset's Parquet file lies (null: it has none)
 */
export async function findBatchWork(deps: Deps, batchId: string) {
  const [row] = await deps.db
    .select({
      workspaceId: variantBatch.workspaceId,
      status: variantBatch.status,
      settings: variantBatch.settings,
      datasetKey: datasetVersion.storageKey,
    })
    .from(variantBatch)
    .leftJoin(datasetVersion, eq(datasetVersion.id, variantBatch.datasetVersionId))
    .where(eq(variantBatch.id, batchId))
  if (row?.status !== 'preparing') return null
  return { workspaceId: row.workspaceId, datasetKey: row.datasetKey, seed: row.settings.seed }
}

/** The evaluation of a `score-evaluation` job; null when it is scored already, or gone. */
export async function findEvaluationWork(deps: Deps, evaluationId: string) {
  const [row] = await deps.db
    .select({ workspaceId: evaluation.workspaceId, status: evaluation.status })
    .from(evaluation)
    .where(eq(evaluation.id, evaluationId))
  return row?.status === 'scoring' ? { workspaceId: row.workspaceId } : null
}
