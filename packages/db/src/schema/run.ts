import {
  attemptStatuses,
  type EstimateBasis,
  type HourlyPrice,
  type PreflightReport,
  type PreflightSequence,
  type RunFailure,
  type RunNeeds,
  type RunSummary,
  runKinds,
  runStatuses,
} from '@palate/protocol'
import { sql } from 'drizzle-orm'
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
import { agent } from './agent'
import { at, createdAt, id } from './columns'
import { user, workspace } from './workspace'

export const experiment = pgTable(
  'experiment',
  {
    id: id(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    question: text('question').notNull().default(''),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('experiment_name').on(table.workspaceId, table.name)],
)

/** A file that a run needs: where it lies in the object store and under which name the job sees it. */
export interface RunInput {
  name: string
  storageKey: string
  sizeBytes: number
  sha256: string
}

export interface RunProgress {
  stage: string
  step: number
  totalSteps: number
}

/** What a run was expected to need on an agent. `seconds` is null where nothing gives ground for a figure. */
export interface RunEstimate {
  agentId: string
  memoryBytes: number
  seconds: number | null
  /** What the time rests on: an earlier run's speed, or the device's peak. */
  basis: EstimateBasis
}

export const run = pgTable(
  'run',
  {
    id: id(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    experimentId: text('experiment_id').references(() => experiment.id),
    number: integer('number').notNull(),
    name: text('name').notNull(),
    kind: text('kind', { enum: runKinds }).notNull(),
    status: text('status', { enum: runStatuses }).notNull(),
    priority: integer('priority').notNull().default(0),
    needs: jsonb('needs').$type<Partial<RunNeeds>>().notNull().default({}),
    /** Queued runs that any claim treats alike: same priority, same group, same kind, same needs. Claims walk these keys. */
    queueKey: text('queue_key')
      .notNull()
      .generatedAlwaysAs(
        sql`md5(priority::text || '/' || coalesce(experiment_id, created_by, '') || '/' || kind || '/' || needs::text)`,
      ),
    seed: integer('seed').notNull(),
    config: jsonb('config').$type<Record<string, unknown>>().notNull(),
    inputs: jsonb('inputs').$type<RunInput[]>().notNull().default([]),
    /** What it was made from: base model version, vote ids' hash and count, variant batches, persona versions. */
    lineage: jsonb('lineage').$type<Record<string, unknown>>().notNull().default({}),
    progress: jsonb('progress').$type<RunProgress>(),
    results: jsonb('results').$type<Record<string, unknown>>(),
    failure: jsonb('failure').$type<RunFailure>(),
    /** What was expected of each agent when the run was ordered, to stand beside what was measured. */
    estimates: jsonb('estimates').$type<RunEstimate[]>().notNull().default([]),
    cancelRequestedAt: at('cancel_requested_at'),
    leaseEpoch: integer('lease_epoch').notNull().default(0),
    createdBy: text('created_by').references(() => user.id),
    createdAt: createdAt(),
    startedAt: at('started_at'),
    finishedAt: at('finished_at'),
  },
  (table) => [
    uniqueIndex('run_number').on(table.workspaceId, table.number),
    index('run_queue')
      .on(table.workspaceId, table.queueKey, table.createdAt, table.number)
      .where(sql`${table.status} = 'queued'`),
    index('run_busy').on(table.workspaceId).where(sql`${table.status} in ('running', 'canceling')`),
  ],
)

export const attempt = pgTable(
  'attempt',
  {
    id: id(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    runId: text('run_id')
      .notNull()
      .references(() => run.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    agentId: text('agent_id')
      .notNull()
      .references(() => agent.id),
    epoch: integer('epoch').notNull(),
    status: text('status', { enum: attemptStatuses }).notNull(),
    /** Ids of the GPUs that are its own; none on a machine without one. */
    gpus: text('gpus').array().notNull().default([]),
    leaseExpiresAt: at('lease_expires_at').notNull(),
    ackedSeq: bigint('acked_seq', { mode: 'number' }).notNull().default(0),
    environment: jsonb('environment').$type<Record<string, unknown>>().notNull().default({}),
    checkpointStep: integer('checkpoint_step'),
    failure: jsonb('failure').$type<RunFailure>(),
    /** What the trainer proved about its data before it started, and what the attempt cost in the end. */
    preflight: jsonb('preflight').$type<PreflightReport>(),
    summary: jsonb('summary').$type<RunSummary>(),
    /** The agent's price when the attempt began: a later one does not change what this one cost. */
    price: jsonb('price').$type<HourlyPrice>(),
    startedAt: at('started_at').notNull().defaultNow(),
    endedAt: at('ended_at'),
  },
  (table) => [
    uniqueIndex('attempt_number').on(table.runId, table.number),
    uniqueIndex('attempt_one_running').on(table.runId).where(sql`${table.status} = 'running'`),
    index('attempt_agent').on(table.agentId),
    index('attempt_held').on(table.agentId).where(sql`${table.status} = 'running'`),
    index('attempt_lease').on(table.leaseExpiresAt).where(sql`${table.status} = 'running'`),
  ],
)

export const metricSeries = pgTable(
  'metric_series',
  {
    id: serial('id').primaryKey(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    runId: text('run_id')
      .notNull()
      .references(() => run.id, { onDelete: 'cascade' }),
    attemptId: text('attempt_id')
      .notNull()
      .references(() => attempt.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
  },
  (table) => [
    uniqueIndex('metric_series_key').on(table.attemptId, table.key),
    index('metric_series_run').on(table.runId),
  ],
)

/**
 * No foreign key: checking it for each point costs more than storing the point. Points are written only under the lock
 * of their attempt, which holds their series, and the trigger `metric_point_cascade` removes them with it.
 */
export const metricPoint = pgTable(
  'metric_point',
  {
    seriesId: integer('series_id').notNull(),
    step: integer('step').notNull(),
    time: at('time').notNull(),
    value: doublePrecision('value').notNull(),
  },
  (table) => [primaryKey({ columns: [table.seriesId, table.step] })],
)

export const runLog = pgTable(
  'run_log',
  {
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    runId: text('run_id')
      .notNull()
      .references(() => run.id, { onDelete: 'cascade' }),
    attemptId: text('attempt_id')
      .notNull()
      .references(() => attempt.id, { onDelete: 'cascade' }),
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
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    runId: text('run_id')
      .notNull()
      .references(() => run.id, { onDelete: 'cascade' }),
    attemptId: text('attempt_id')
      .notNull()
      .references(() => attempt.id, { onDelete: 'cascade' }),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    step: integer('step').notNull(),
    prompt: text('prompt').notNull(),
    text: text('text').notNull(),
  },
  (table) => [primaryKey({ columns: [table.attemptId, table.seq] }), index('run_sample_run').on(table.runId)],
)

/** The exact tokens of a sampled sequence, as the trainer marked them before it started. */
export const runPreflightRow = pgTable(
  'run_preflight_row',
  {
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    runId: text('run_id')
      .notNull()
      .references(() => run.id, { onDelete: 'cascade' }),
    attemptId: text('attempt_id')
      .notNull()
      .references(() => attempt.id, { onDelete: 'cascade' }),
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

/** A file that an attempt delivered: complete, hashed, in the object store. */
export const artifact = pgTable(
  'artifact',
  {
    id: id(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    runId: text('run_id')
      .notNull()
      .references(() => run.id, { onDelete: 'cascade' }),
    attemptId: text('attempt_id')
      .notNull()
      .references(() => attempt.id, { onDelete: 'cascade' }),
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
