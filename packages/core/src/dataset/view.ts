import type { datasetVersion } from '@palate/db'
import type { DatasetVersionView } from './schemas'

export type DatasetVersionRow = typeof datasetVersion.$inferSelect

export function toVersionView(row: DatasetVersionRow): DatasetVersionView {
  const { id, datasetId, number, filename, format, status, progress, error, sha256, sizeBytes } = row
  const { rowsRead, rowsKept, rowsDropped, profile, createdAt, finishedAt } = row
  const head = { id, datasetId, number, filename, format, status, progress, error, sha256, sizeBytes }
  return { ...head, rowsRead, rowsKept, rowsDropped, profile, createdAt, finishedAt }
}
