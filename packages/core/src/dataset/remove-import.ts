import { dataset, datasetVersion } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { notify } from '../notify'
import { authorize } from '../permission'
import { DatasetRef, type DatasetVersionRef } from './schemas'

/**
 * Removes a failed import, and its dataset if that has no other version. The audit log keeps that it was there.
 *
 * @throws DomainError `not_found`, or `conflict` when the import did not fail
 */
export async function removeImport(ctx: ServiceContext, raw: DatasetRef): Promise<DatasetVersionRef> {
  authorize(ctx, 'dataset:create')
  const { id } = DatasetRef.parse(raw)
  const { workspaceId } = ctx
  return ctx.db.transaction(async (tx) => {
    const [found] = await tx
      .select()
      .from(datasetVersion)
      .where(and(eq(datasetVersion.id, id), eq(datasetVersion.workspaceId, workspaceId)))
      .for('update')
    const { status, datasetId, filename, number, error } = required(found, 'This dataset version')
    if (status !== 'failed')
      throw new DomainError('conflict', 'Only an import that failed can be removed.', 'Reload the page.')
    // Locks the dataset as an import does, so that none adds a version to a dataset that is deleted.
    await tx.select().from(dataset).where(eq(dataset.id, datasetId)).for('update')
    await tx.delete(datasetVersion).where(eq(datasetVersion.id, id))
    const left = await tx.$count(datasetVersion, eq(datasetVersion.datasetId, datasetId))
    if (left === 0) await tx.delete(dataset).where(eq(dataset.id, datasetId))
    await audit(tx, ctx, 'dataset.remove-import', id, { filename, number, error })
    await notify(tx, { workspaceId, topic: 'dataset', id })
    return { datasetId, datasetVersionId: id }
  })
}
