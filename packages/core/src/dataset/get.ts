import { dataset, datasetVersion } from '@palate/db'
import { and, desc, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { authorize } from '../permission'
import { DatasetRef, type DatasetVersionView } from './schemas'
import { toVersionView } from './view'

export interface DatasetDetail {
  id: string
  name: string
  /** Newest first. */
  versions: DatasetVersionView[]
}

export async function getDataset(ctx: ServiceContext, raw: DatasetRef): Promise<DatasetDetail> {
  authorize(ctx, 'dataset:read')
  const { id } = DatasetRef.parse(raw)
  const [row] = await ctx.db
    .select()
    .from(dataset)
    .where(and(eq(dataset.id, id), eq(dataset.workspaceId, ctx.workspaceId)))
  const { name } = required(row, 'This dataset')
  const versions = await ctx.db
    .select()
    .from(datasetVersion)
    .where(eq(datasetVersion.datasetId, id))
    .orderBy(desc(datasetVersion.number))
  return { id, name, versions: versions.map(toVersionView) }
}
