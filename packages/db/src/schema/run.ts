import {
  attemptStatuses,
  type EstimateBasis,
  type HourlyPrice,
  type ModelFacts,
  type PreflightReport,
  type RunFailure,
  type RunNeeds,
  type RunStop,
  type RunSummary,
  runKinds,
  runStatuses,
} from '@palate/protocol'
import { sql } from 'drizzle-orm'
import { bigint, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { agent } from './agent'
import { at, belongsTo, createdAt, id } from './columns'
import { user } from './user'
import { workspaceId } from './workspace'

export const experiment = pgTable(
  'experiment',
  {
    id: id(),
    workspaceId: workspaceId(),
    name: text('name').notNull(),
    question: text('question').notNull().default(''),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('experiment_name').on(table.workspaceId, table.name)],
)

/** A file that a run needs: its place in the object store, and the name under which the job reads it. */
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
  /** When the agent wrote the report, in milliseconds since 1970. */
  at: number
  /** Earlier reports of the stage, to tell its speed by. */
  marks: { step: number; at: number }[]
}

/** What a run was expected to need on an agent. `seconds` is null where there is no basis for a figure. */
export interface RunEstimate {
  agentId: string
  memoryBytes: number
  seconds: number | null
  /** What the time is computed from: an earlier run's speed, or the device's peak. */
  basis: EstimateBasis
}

export const run = pgTable(
  'run',
  {
    id: id(),
    workspaceId: workspaceId(),
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
    /** Its sources: base model version, hash and count of the votes, variant batches, persona versions. */
    lineage: jsonb('lineage').$type<Record<string, unknown>>().notNull().default({}),
    progress: jsonb('progress').$type<RunProgress>(),
    results: jsonb('results').$type<Record<string, unknown>>(),
    failure: jsonb('failure').$type<RunFailure>(),
    /** The estimate for each agent when the run was created, to compare with what was measured. */
    estimates: jsonb('estimates').$type<RunEstimate[]>().notNull().default([]),
    cancelRequestedAt: at('cancel_requested_at'),
    /** Somebody wants the run to end after this step and to keep its model. */
    stopAfterStep: integer('stop_after_step'),
    stopRequestedAt: at('stop_requested_at'),
    /** Where it ended before its last step; null for a run that took all its steps, or has not finished. */
    stopped: jsonb('stopped').$type<RunStop>(),
    /** When it was last resumed: attempts before count no more towards the limit of lost ones. */
    resumedAt: at('resumed_at'),
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

/**
 * An access token that an import was given: encrypted, handed to the agent with the lease, and deleted some time after the
 * run has ended.
 */
export const runSecret = pgTable('run_secret', {
  runId: text('run_id')
    .primaryKey()
    .references(() => run.id, { onDelete: 'cascade' }),
  workspaceId: workspaceId(),
  sealed: text('sealed').notNull(),
})

/** For what belongs to a run. */
export const runId = () => belongsTo('run_id', () => run.id)

export const attempt = pgTable(
  'attempt',
  {
    id: id(),
    workspaceId: workspaceId(),
    runId: runId(),
    number: integer('number').notNull(),
    agentId: text('agent_id')
      .notNull()
      .references(() => agent.id),
    epoch: integer('epoch').notNull(),
    status: text('status', { enum: attemptStatuses }).notNull(),
    /** Ids of the GPUs that it uses; empty on a machine without a GPU. */
    gpus: text('gpus').array().notNull().default([]),
    leaseExpiresAt: at('lease_expires_at').notNull(),
    ackedSeq: bigint('acked_seq', { mode: 'number' }).notNull().default(0),
    environment: jsonb('environment').$type<Record<string, unknown>>().notNull().default({}),
    checkpointStep: integer('checkpoint_step'),
    failure: jsonb('failure').$type<RunFailure>(),
    /** What the trainer checked in its data before it started, and what the attempt measured at its end. */
    preflight: jsonb('preflight').$type<PreflightReport>(),
    summary: jsonb('summary').$type<RunSummary>(),
    /** What an import found out about its model. */
    model: jsonb('model').$type<ModelFacts>(),
    /** The agent's price when the attempt started: a later change does not change this attempt's cost. */
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

/** For what one attempt wrote. */
export const attemptId = () => belongsTo('attempt_id', () => attempt.id)
