import { dataset, datasetVersion } from '@palate/db'
import { asc, desc, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { groupBy } from '../group-by'
import { authorize } from '../permission'
import type { DatasetView } from './schemas'
import { toVersionView } from './view'

/** The datasets of the workspace, the newest import in front, each with its newest version. */
export async function listDatasets(ctx: ServiceContext): Promise<DatasetView[]> {
  authorize(ctx, 'dataset:read')
  const datasets = await ctx.db
    .select()
    .from(dataset)
    .where(eq(dataset.workspaceId, ctx.workspaceId))
    .orderBy(asc(dataset.name))
  const rows = await ctx.db
    .select()
    .from(datasetVersion)
    .where(eq(datasetVersion.workspaceId, ctx.workspaceId))
    .orderBy(desc(datasetVersion.number))
  const versions = groupBy(rows, ({ datasetId }) => datasetId)
  const views = datasets.map(({ id, name }): DatasetView => {
    const own = versions.get(id) ?? []
    return { id, name, latest: own[0] ? toVersionView(own[0]) : null, versions: own.length }
  })
  const importedAt = (view: DatasetView) => view.latest?.createdAt.getTime() ?? 0
  return views.sort((a, b) => importedAt(b) - importedAt(a))
}
