import { datasetVersion, type Transaction, upload } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { authorize } from '../permission'
import { insertVersion } from './insert-version'
import { type DatasetVersionRef, ImportDatasetInput } from './schemas'

/** Queues the import of an uploaded file. A second call for the same upload returns the same version. */
export async function importDataset(
  ctx: ServiceContext,
  raw: ImportDatasetInput,
): Promise<DatasetVersionRef> {
  authorize(ctx, 'dataset:create')
  const { uploadId, name } = ImportDatasetInput.parse(raw)
  return ctx.db.transaction(async (tx) => {
    const file = await lockUpload(tx, ctx.workspaceId, uploadId)
    const made = await findVersion(tx, uploadId)
    if (made) return made
    return insertVersion(tx, ctx, { name, uploadId, filename: file.filename })
  })
}

async function lockUpload(tx: Transaction, workspaceId: string, id: string) {
  const [row] = await tx
    .select()
    .from(upload)
    .where(and(eq(upload.id, id), eq(upload.workspaceId, workspaceId)))
    .for('update')
  const file = required(row, 'This upload')
  if (!file.completedAt)
    throw new DomainError('conflict', 'The file has not arrived yet.', 'Wait for the upload, then import it.')
  return file
}

async function findVersion(tx: Transaction, uploadId: string): Promise<DatasetVersionRef | null> {
  const [row] = await tx
    .select({ datasetId: datasetVersion.datasetId, datasetVersionId: datasetVersion.id })
    .from(datasetVersion)
    .where(eq(datasetVersion.uploadId, uploadId))
  return row ?? null
}
