import { datasetVersion, upload } from '@palate/db'
import { and, eq, inArray } from 'drizzle-orm'
import type { Deps } from '../context'
import { notify } from '../notify'
import type { DatasetFormat } from './schemas'

export interface ImportOrder {
  workspaceId: string
  storageKey: string
  format: DatasetFormat
  filename: string
}

/** What the import job works on; null when the version is done, failed or gone, so that a job twice is harmless. */
export async function startImport(
  deps: Deps,
  { datasetVersionId }: { datasetVersionId: string },
): Promise<ImportOrder | null> {
  const [row] = await deps.db
    .update(datasetVersion)
    .set({ status: 'importing' })
    .where(
      and(eq(datasetVersion.id, datasetVersionId), inArray(datasetVersion.status, ['waiting', 'importing'])),
    )
    .returning()
  if (!row?.uploadId) return null
  const [file] = await deps.db.select().from(upload).where(eq(upload.id, row.uploadId))
  if (!file) return null
  const { workspaceId, format, filename } = row
  await notify(deps.db, { workspaceId, topic: 'dataset', id: row.id })
  return { workspaceId, format, filename, storageKey: file.storageKey }
}
