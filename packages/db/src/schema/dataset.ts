import { bigint, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { at, belongsTo, createdAt, id } from './columns'
import { run } from './run'
import { workspaceId } from './workspace'

export const datasetFormats = ['recipenlg-csv', 'recipe-jsonl'] as const
export type DatasetFormat = (typeof datasetFormats)[number]
export const datasetVersionStatuses = ['waiting', 'importing', 'ready', 'failed'] as const

/** A file uploaded to /files/uploads. Only a complete upload has a hash; a failed import deletes it. */
export const upload = pgTable(
  'upload',
  {
    id: id(),
    workspaceId: workspaceId(),
    filename: text('filename').notNull(),
    storageKey: text('storage_key').notNull(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }),
    sha256: text('sha256'),
    completedAt: at('completed_at'),
    /** The import of a model that reads it. */
    runId: text('run_id').references(() => run.id, { onDelete: 'set null' }),
    createdAt: createdAt(),
  },
  (table) => [index('upload_workspace').on(table.workspaceId)],
)

export const dataset = pgTable(
  'dataset',
  {
    id: id(),
    workspaceId: workspaceId(),
    name: text('name').notNull(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('dataset_name').on(table.workspaceId, table.name)],
)

export interface DropReason {
  reason: string
  count: number
  /** The first line numbers of the uploaded file (1 = first line), at most 50. */
  lines: number[]
}

export interface DatasetProfile {
  dropped: DropReason[]
  /** Characters of an example (title, ingredients and steps together). */
  lengthHistogram: { from: number; to: number; count: number }[]
  lengthMedian: number
  lengthMax: number
  splits: { train: number; validation: number; test: number }
  preview: { line: number; title: string; ingredients: string[]; directions: string[] }[]
}

export interface ImportProgress {
  stage: 'reading' | 'validating' | 'deduplicating' | 'writing'
  rows: number
  percent: number
}

/** An immutable snapshot: one Parquet file in the object store, addressed by its SHA-256. */
export const datasetVersion = pgTable(
  'dataset_version',
  {
    id: id(),
    workspaceId: workspaceId(),
    datasetId: belongsTo('dataset_id', () => dataset.id),
    number: integer('number').notNull(),
    uploadId: text('upload_id').references(() => upload.id),
    /** Known once the import has read the file; null before. */
    format: text('format', { enum: datasetFormats }),
    filename: text('filename').notNull(),
    status: text('status', { enum: datasetVersionStatuses }).notNull(),
    progress: jsonb('progress').$type<ImportProgress>(),
    error: text('error'),
    sha256: text('sha256'),
    storageKey: text('storage_key'),
    sizeBytes: bigint('size_bytes', { mode: 'number' }),
    rowsRead: integer('rows_read'),
    rowsKept: integer('rows_kept'),
    rowsDropped: integer('rows_dropped'),
    profile: jsonb('profile').$type<DatasetProfile>(),
    createdAt: createdAt(),
    finishedAt: at('finished_at'),
  },
  (table) => [
    uniqueIndex('dataset_version_number').on(table.datasetId, table.number),
    index('dataset_version_workspace').on(table.workspaceId),
  ],
)
