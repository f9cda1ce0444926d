import type { DatasetProfile, ImportProgress } from '@palate/db'
import { Id, Text } from '@palate/protocol'
import { z } from 'zod'

/** The layouts that an import can read. */
export type DatasetFormat = 'recipenlg-csv' | 'recipe-jsonl'

export const ImportDatasetInput = z.strictObject({
  uploadId: Id,
  name: Text(120).trim().min(1, 'The dataset needs a name.'),
})
export type ImportDatasetInput = z.infer<typeof ImportDatasetInput>

export const ImportSampleInput = z.strictObject({ sample: z.enum(['csv', 'jsonl']) })
export type ImportSampleInput = z.infer<typeof ImportSampleInput>

export const DatasetRef = z.strictObject({ id: Id })
export type DatasetRef = z.infer<typeof DatasetRef>

export interface DatasetVersionRef {
  datasetId: string
  datasetVersionId: string
}

export interface DatasetVersionView {
  id: string
  datasetId: string
  number: number
  filename: string
  /** Null until the import has read the file. */
  format: DatasetFormat | null
  status: 'waiting' | 'importing' | 'ready' | 'failed'
  progress: ImportProgress | null
  error: string | null
  sha256: string | null
  sizeBytes: number | null
  rowsRead: number | null
  rowsKept: number | null
  rowsDropped: number | null
  profile: DatasetProfile | null
  createdAt: Date
  finishedAt: Date | null
}

export interface DatasetView {
  id: string
  name: string
  latest: DatasetVersionView | null
  versions: number
}
