import { dataset, datasetVersion } from '@palate/db'
import { and, asc, desc, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { groupBy } from '../group-by'
import { authorize } from '../permission'
import { DatasetRef, type DatasetVersionView, type DatasetView } from './schemas'

export interface DatasetDetail {
  id: string
  name: string
  /** Newest first. */
  versions: DatasetVersionView[]
}

/** The datasets of the workspace, the newest import first, each with its newest version. */
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

/** @throws DomainError `not_found` */
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

/** @throws DomainError `not_found` */
export async function getDatasetVersion(ctx: ServiceContext, raw: DatasetRef): Promise<DatasetVersionView> {
  authorize(ctx, 'dataset:read')
  const { id } = DatasetRef.parse(raw)
  const [row] = await ctx.db
    .select()
    .from(datasetVersion)
    .where(and(eq(datasetVersion.id, id), eq(datasetVersion.workspaceId, ctx.workspaceId)))
  return toVersionView(required(row, 'This dataset version'))
}

function toVersionView(row: typeof datasetVersion.$inferSelect): DatasetVersionView {
  const { id, datasetId, number, filename, format, status, progress, error, sha256, sizeBytes } = row
  const { rowsRead, rowsKept, rowsDropped, profile, createdAt, finishedAt } = row
  const head = { id, datasetId, number, filename, format, status, progress, error, sha256, sizeBytes }
  return { ...head, rowsRead, rowsKept, rowsDropped, profile, createdAt, finishedAt }
}
