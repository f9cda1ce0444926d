import { metricAxes, type PreflightSequence } from '@palate/protocol'
import {
  bigint,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  serial,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { at, createdAt, id } from './columns'
import { attemptId, runId } from './run'
import { workspaceId } from './workspace'

export const metricSeries = pgTable(
  'metric_series',
  {
    id: serial('id').primaryKey(),
    workspaceId: workspaceId(),
    runId: runId(),
    attemptId: attemptId(),
    key: text('key').notNull(),
    /** The unit of the positions: the trainer's steps, or seconds since the attempt's start. */
    axis: text('axis', { enum: metricAxes }).notNull(),
    /** How often points were written at or before its highest position: what was read of it before is then not whole. */
    rewrites: integer('rewrites').notNull().default(0),
  },
  (table) => [
    uniqueIndex('metric_series_key').on(table.attemptId, table.key, table.axis),
    index('metric_series_run').on(table.runId),
  ],
)

/**
 * No foreign key: to check it for each point costs more than to store the point. Points are written only under the lock
 * of their attempt, so their series exists; the trigger `metric_point_cascade` deletes them with their series.
 */
export const metricPoint = pgTable(
  'metric_point',
  {
    seriesId: integer('series_id').notNull(),
    position: integer('position').notNull(),
    time: at('time').notNull(),
    value: doublePrecision('value').notNull(),
  },
  (table) => [primaryKey({ columns: [table.seriesId, table.position] })],
)

export const runLog = pgTable(
  'run_log',
  {
    workspaceId: workspaceId(),
    runId: runId(),
    attemptId: attemptId(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    level: text('level').notNull(),
    text: text('text').notNull(),
    time: at('time').notNull(),
  },
  (table) => [primaryKey({ columns: [table.attemptId, table.seq] }), index('run_log_run').on(table.runId)],
)

export const runSample = pgTable(
  'run_sample',
  {
    workspaceId: workspaceId(),
    runId: runId(),
    attemptId: attemptId(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    step: integer('step').notNull(),
    prompt: text('prompt').notNull(),
    text: text('text').notNull(),
  },
  (table) => [primaryKey({ columns: [table.attemptId, table.seq] }), index('run_sample_run').on(table.runId)],
)

/** The exact tokens of a sampled sequence with their marks, from the trainer's preflight. */
export const runPreflightRow = pgTable(
  'run_preflight_row',
  {
    workspaceId: workspaceId(),
    runId: runId(),
    attemptId: attemptId(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    /** The line of the input, from 1. */
    row: integer('row').notNull(),
    sequence: jsonb('sequence').$type<PreflightSequence>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.attemptId, table.seq] }),
    index('run_preflight_row_run').on(table.runId),
  ],
)

/** A file that an attempt uploaded: complete, hashed, in the object store. */
export const artifact = pgTable(
  'artifact',
  {
    id: id(),
    workspaceId: workspaceId(),
    runId: runId(),
    attemptId: attemptId(),
    role: text('role').notNull(),
    path: text('path').notNull(),
    storageKey: text('storage_key').notNull(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    sha256: text('sha256').notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('artifact_path').on(table.attemptId, table.path),
    index('artifact_run').on(table.runId),
  ],
)
