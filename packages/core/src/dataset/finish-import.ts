import { createReadStream } from 'node:fs'
import { type DatasetProfile, datasetVersion } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import type { Deps } from '../context'
import { notify } from '../notify'

export interface ImportResult {
  parquetPath: string
  rowsRead: number
  rowsKept: number
  rowsDropped: number
  profile: DatasetProfile
}

/** Puts the Parquet file into the store under its hash and makes the version ready. Again, it changes nothing. */
export async function finishImport(
  deps: Deps,
  { datasetVersionId, result }: { datasetVersionId: string; result: ImportResult },
): Promise<void> {
  const { parquetPath, rowsRead, rowsKept, rowsDropped, profile } = result
  const { key: storageKey, sha256, sizeBytes } = await deps.storage.putContent(createReadStream(parquetPath))
  const content = { storageKey, sha256, sizeBytes, rowsRead, rowsKept, rowsDropped, profile }
  await deps.db.transaction(async (tx) => {
    const [row] = await tx
      .update(datasetVersion)
      .set({ ...content, status: 'ready', progress: null, error: null, finishedAt: deps.now() })
      .where(and(eq(datasetVersion.id, datasetVersionId), eq(datasetVersion.status, 'importing')))
      .returning({ workspaceId: datasetVersion.workspaceId })
    if (row) await notify(tx, { ...row, topic: 'dataset', id: datasetVersionId })
  })
}
