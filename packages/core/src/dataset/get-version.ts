import { datasetVersion } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { authorize } from '../permission'
import { DatasetRef, type DatasetVersionView } from './schemas'
import { toVersionView } from './view'

export async function getDatasetVersion(ctx: ServiceContext, raw: DatasetRef): Promise<DatasetVersionView> {
  authorize(ctx, 'dataset:read')
  const { id } = DatasetRef.parse(raw)
  const [row] = await ctx.db
    .select()
    .from(datasetVersion)
    .where(and(eq(datasetVersion.id, id), eq(datasetVersion.workspaceId, ctx.workspaceId)))
  return toVersionView(required(row, 'This dataset version'))
}
