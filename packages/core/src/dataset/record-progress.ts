import { datasetVersion, type ImportProgress } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import type { Deps } from '../context'
import { notify } from '../notify'

/** How far an import is, for the page that shows it. The job calls this a few times a second at most. */
export async function recordImportProgress(
  deps: Deps,
  { datasetVersionId, progress }: { datasetVersionId: string; progress: ImportProgress },
): Promise<void> {
  const [row] = await deps.db
    .update(datasetVersion)
    .set({ progress })
    .where(and(eq(datasetVersion.id, datasetVersionId), eq(datasetVersion.status, 'importing')))
    .returning({ workspaceId: datasetVersion.workspaceId })
  if (row) await notify(deps.db, { ...row, topic: 'dataset', id: datasetVersionId })
}
