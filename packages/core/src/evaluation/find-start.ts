import { run, type Transaction } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import { getModelRow } from '../model/find'
import type { ModelVersionRow } from '../model/register'

/**
 * What a tuned model is compared with: the model that its training began with. That is the adapter which was trained
 * further, if there was one, because a comparison with the base would also count what that adapter had learned before.
 */
export async function findStart(
  tx: Transaction,
  workspaceId: string,
  tuned: ModelVersionRow,
): Promise<ModelVersionRow> {
  const [made] = await tx
    .select({ lineage: run.lineage })
    .from(run)
    .where(and(eq(run.workspaceId, workspaceId), eq(run.id, tuned.runId)))
  const adapter = made?.lineage.adapterModelVersionId
  return getModelRow(tx, workspaceId, typeof adapter === 'string' ? adapter : (tuned.baseId ?? ''))
}
