import { dataset, datasetVersion, newId, type Transaction } from '@palate/db'
import { and, eq, max } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { addJob } from '../job'
import { notify } from '../notify'
import type { DatasetVersionRef } from './schemas'

/** Adds the next version of the dataset with this name, and the job that imports its file. */
export async function insertVersion(
  tx: Transaction,
  ctx: ServiceContext,
  made: { name: string; uploadId: string; filename: string },
): Promise<DatasetVersionRef> {
  const { workspaceId } = ctx
  const { name, ...version } = made
  const datasetId = await lockDataset(tx, workspaceId, name)
  const [last] = await tx
    .select({ number: max(datasetVersion.number) })
    .from(datasetVersion)
    .where(eq(datasetVersion.datasetId, datasetId))
  const id = newId('dver')
  const number = (last?.number ?? 0) + 1
  await tx
    .insert(datasetVersion)
    .values({ id, workspaceId, datasetId, number, status: 'waiting', createdAt: ctx.now(), ...version })
  await addJob(tx, 'import-dataset', { datasetVersionId: id }, `import:${id}`)
  await audit(tx, ctx, 'dataset.import', id, { name, filename: made.filename, number })
  await notify(tx, { workspaceId, topic: 'dataset', id })
  return { datasetId, datasetVersionId: id }
}

async function lockDataset(tx: Transaction, workspaceId: string, name: string): Promise<string> {
  await tx
    .insert(dataset)
    .values({ id: newId('data'), workspaceId, name })
    .onConflictDoNothing()
  const [row] = await tx
    .select({ id: dataset.id })
    .from(dataset)
    .where(and(eq(dataset.workspaceId, workspaceId), eq(dataset.name, name)))
    .for('no key update')
  return required(row, 'The dataset').id
}
