import { createReadStream } from 'node:fs'
import { type DatasetProfile, datasetVersion, type ImportProgress, upload } from '@palate/db'
import { and, eq, inArray } from 'drizzle-orm'
import type { Deps } from '../context'
import { notify } from '../notify'
import { acrossWorkspaces } from '../tenant'
import type { DatasetFormat } from './schemas'

export interface ImportResult {
  /** Decided by the file's content. */
  format: DatasetFormat
  parquetPath: string
  rowsRead: number
  rowsKept: number
  rowsDropped: number
  profile: DatasetProfile
}

/** Where the file of an import job is; null when the version is ready, failed or deleted, so a repeated job does nothing. */
export async function startImport(
  deps: Deps,
  { datasetVersionId }: { datasetVersionId: string },
): Promise<{ workspaceId: string; storageKey: string; filename: string } | null> {
  const { db } = acrossWorkspaces(deps, 'job')
  const [row] = await db
    .update(datasetVersion)
    .set({ status: 'importing' })
    .where(
      and(eq(datasetVersion.id, datasetVersionId), inArray(datasetVersion.status, ['waiting', 'importing'])),
    )
    .returning()
  if (!row?.uploadId) return null
  const [file] = await db.select().from(upload).where(eq(upload.id, row.uploadId))
  if (!file) return null
  const { workspaceId, filename } = row
  await notify(db, { workspaceId, topic: 'dataset', id: row.id })
  return { workspaceId, filename, storageKey: file.storageKey }
}

/** The versions whose import waits or runs, on any hub. */
export async function listOpenImports(deps: Deps): Promise<string[]> {
  const { db } = acrossWorkspaces(deps, 'job')
  const rows = await db
    .select({ id: datasetVersion.id })
    .from(datasetVersion)
    .where(inArray(datasetVersion.status, ['waiting', 'importing']))
  return rows.map(({ id }) => id)
}

/** Stores an import's progress for the page that shows it. The job calls this a few times a second at most. */
export async function recordImportProgress(
  deps: Deps,
  { datasetVersionId, progress }: { datasetVersionId: string; progress: ImportProgress },
): Promise<void> {
  const { db } = acrossWorkspaces(deps, 'job')
  const [row] = await db
    .update(datasetVersion)
    .set({ progress })
    .where(and(eq(datasetVersion.id, datasetVersionId), eq(datasetVersion.status, 'importing')))
    .returning({ workspaceId: datasetVersion.workspaceId })
  if (row) await notify(db, { ...row, topic: 'dataset', id: datasetVersionId })
}

/** Stores the Parquet file under its hash and marks the version ready. A repeated call changes nothing. */
export async function finishImport(
  deps: Deps,
  { datasetVersionId, result }: { datasetVersionId: string; result: ImportResult },
): Promise<void> {
  const { db } = acrossWorkspaces(deps, 'job')
  const { format, parquetPath, rowsRead, rowsKept, rowsDropped, profile } = result
  const { key: storageKey, sha256, sizeBytes } = await deps.storage.putContent(createReadStream(parquetPath))
  const content = { format, storageKey, sha256, sizeBytes, rowsRead, rowsKept, rowsDropped, profile }
  await db.transaction(async (tx) => {
    const [row] = await tx
      .update(datasetVersion)
      .set({ ...content, status: 'ready', progress: null, error: null, finishedAt: deps.now() })
      .where(and(eq(datasetVersion.id, datasetVersionId), eq(datasetVersion.status, 'importing')))
      .returning({ workspaceId: datasetVersion.workspaceId })
    if (row) await notify(tx, { ...row, topic: 'dataset', id: datasetVersionId })
  })
}

/** Marks an import as failed with a sentence for the user, and deletes the uploaded file. */
export async function failImport(
  deps: Deps,
  { datasetVersionId, error }: { datasetVersionId: string; error: string },
): Promise<void> {
  const { db } = acrossWorkspaces(deps, 'job')
  const removed = await db.transaction(async (tx) => {
    const open = and(
      eq(datasetVersion.id, datasetVersionId),
      inArray(datasetVersion.status, ['waiting', 'importing']),
    )
    const [before] = await tx.select().from(datasetVersion).where(open).for('update')
    if (!before) return null
    await tx
      .update(datasetVersion)
      .set({ status: 'failed', error, progress: null, uploadId: null, finishedAt: deps.now() })
      .where(open)
    await notify(tx, { workspaceId: before.workspaceId, topic: 'dataset', id: datasetVersionId })
    if (!before.uploadId) return null
    const [file] = await tx.delete(upload).where(eq(upload.id, before.uploadId)).returning()
    return file ?? null
  })
  if (removed) await deps.storage.remove(removed.storageKey)
}
