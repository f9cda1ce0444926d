import type { Sampling } from '@palate/protocol'
import { boolean, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { at, belongsTo, createdAt, id } from './columns'
import { modelVersion } from './model'
import { personaVersion } from './persona'
import { run } from './run'
import { workspaceId } from './workspace'

export const suite = pgTable(
  'suite',
  {
    id: id(),
    workspaceId: workspaceId(),
    name: text('name').notNull(),
    sha256: text('sha256').notNull(),
    frozenAt: at('frozen_at').notNull().defaultNow(),
  },
  (table) => [uniqueIndex('suite_hash').on(table.workspaceId, table.sha256)],
)

export const suiteCase = pgTable(
  'suite_case',
  {
    id: id(),
    workspaceId: workspaceId(),
    suiteId: belongsTo('suite_id', () => suite.id),
    key: text('key').notNull(),
    category: text('category').notNull(),
    personaSlug: text('persona_slug').notNull(),
    inventory: text('inventory').array().notNull(),
    request: text('request').notNull(),
  },
  (table) => [uniqueIndex('suite_case_key').on(table.suiteId, table.key)],
)

/** A share of n in per cent with its 95 % interval. */
export interface Rate {
  value: number
  low: number
  high: number
  n: number
}

export interface SideFigures {
  violations: Rate
  ingredientUse: Rate
  format: Rate
}

export interface EvaluationSummary {
  base: SideFigures
  tuned: SideFigures
  /** tuned − base in points, with its interval (paired by case and sample). */
  difference: Record<'violations' | 'ingredientUse' | 'format', { value: number; low: number; high: number }>
  winRate: { value: number; low: number; high: number; wins: number; ties: number; losses: number }
  byCategory: Record<
    string,
    {
      n: number
      base: SideFigures
      tuned: SideFigures
      winRate: { value: number; low: number; high: number }
    }
  >
}

export const evaluationStatuses = ['generating', 'scoring', 'ready', 'failed', 'canceled'] as const

export const evaluation = pgTable(
  'evaluation',
  {
    id: id(),
    workspaceId: workspaceId(),
    number: integer('number').notNull(),
    suiteId: text('suite_id')
      .notNull()
      .references(() => suite.id),
    baseModelVersionId: text('base_model_version_id')
      .notNull()
      .references(() => modelVersion.id),
    tunedModelVersionId: text('tuned_model_version_id')
      .notNull()
      .references(() => modelVersion.id),
    runId: text('run_id').references(() => run.id),
    status: text('status', { enum: evaluationStatuses }).notNull(),
    samplesPerCase: integer('samples_per_case').notNull(),
    sampling: jsonb('sampling').$type<Sampling>().notNull(),
    summary: jsonb('summary').$type<EvaluationSummary>(),
    error: text('error'),
    createdAt: createdAt(),
    finishedAt: at('finished_at'),
  },
  (table) => [uniqueIndex('evaluation_number').on(table.workspaceId, table.number)],
)

export interface AnswerFinding {
  rule: 'forbidden' | 'diet'
  term: string
  evidence: string
  line: string
}

export const evaluationAnswer = pgTable(
  'evaluation_answer',
  {
    id: id(),
    workspaceId: workspaceId(),
    evaluationId: belongsTo('evaluation_id', () => evaluation.id),
    caseId: text('case_id')
      .notNull()
      .references(() => suiteCase.id),
    personaVersionId: text('persona_version_id')
      .notNull()
      .references(() => personaVersion.id),
    side: text('side', { enum: ['base', 'tuned'] }).notNull(),
    sample: integer('sample').notNull(),
    text: text('text'),
    findings: jsonb('findings').$type<AnswerFinding[]>(),
    formatOk: boolean('format_ok'),
    usedAll: boolean('used_all'),
    usedShare: jsonb('used_share').$type<{ used: number; allowed: number }>(),
  },
  (table) => [
    uniqueIndex('evaluation_answer_one').on(table.evaluationId, table.caseId, table.side, table.sample),
    index('evaluation_answer_eval').on(table.evaluationId),
  ],
)
