import type { Sampling } from '@palate/protocol'
import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { at, createdAt, id } from './columns'
import { datasetVersion } from './dataset'
import { modelVersion } from './model'
import { personaVersion } from './persona'
import { run } from './run'
import { user, workspace } from './workspace'

export const batchStatuses = ['preparing', 'generating', 'ready', 'failed', 'canceled'] as const

export interface BatchSettings {
  promptsPerPersona: number
  seed: number
  full: Sampling
  weak: Sampling
  /** The personas' versions when the batch was ordered, in order. */
  personaVersionIds?: string[]
  /** How many people judge each pair; 1 where it is not said. */
  votesPerPair?: number
}

/** One order of answers: prompts for some personas, two variants a prompt, through one generate run. */
export const variantBatch = pgTable(
  'variant_batch',
  {
    id: id(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    modelVersionId: text('model_version_id')
      .notNull()
      .references(() => modelVersion.id),
    datasetVersionId: text('dataset_version_id').references(() => datasetVersion.id),
    runId: text('run_id').references(() => run.id),
    status: text('status', { enum: batchStatuses }).notNull(),
    settings: jsonb('settings').$type<BatchSettings>().notNull(),
    error: text('error'),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('variant_batch_number').on(table.workspaceId, table.number)],
)

export const prompt = pgTable(
  'prompt',
  {
    id: id(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    batchId: text('batch_id')
      .notNull()
      .references(() => variantBatch.id, { onDelete: 'cascade' }),
    personaVersionId: text('persona_version_id')
      .notNull()
      .references(() => personaVersion.id),
    seq: integer('seq').notNull(),
    inventory: text('inventory').array().notNull(),
    request: text('request').notNull(),
  },
  (table) => [uniqueIndex('prompt_seq').on(table.batchId, table.seq)],
)

/** `slot` a: the persona's full prompt; b: the weak one. Empty text until its answer arrived. */
export const variant = pgTable(
  'variant',
  {
    id: id(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    promptId: text('prompt_id')
      .notNull()
      .references(() => prompt.id, { onDelete: 'cascade' }),
    slot: text('slot', { enum: ['a', 'b'] }).notNull(),
    modelVersionId: text('model_version_id')
      .notNull()
      .references(() => modelVersion.id),
    personaVersionId: text('persona_version_id')
      .notNull()
      .references(() => personaVersion.id),
    system: text('system').notNull(),
    sampling: jsonb('sampling').$type<Sampling>().notNull(),
    text: text('text'),
    tokens: integer('tokens'),
    finishReason: text('finish_reason'),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('variant_slot').on(table.promptId, table.slot)],
)

/** Made when both variants of a prompt have arrived. `votes` is kept by the database (see the vote trigger). */
export const pair = pgTable(
  'pair',
  {
    id: id(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    promptId: text('prompt_id')
      .notNull()
      .unique()
      .references(() => prompt.id, { onDelete: 'cascade' }),
    variantAId: text('variant_a_id')
      .notNull()
      .references(() => variant.id),
    variantBId: text('variant_b_id')
      .notNull()
      .references(() => variant.id),
    /** How many people are to judge it; 0 for two equal texts, which need nobody. */
    quota: integer('quota').notNull().default(1),
    personVotes: integer('person_votes').notNull().default(0),
    createdAt: createdAt(),
  },
  (table) => [
    index('pair_open')
      .on(table.workspaceId, table.personVotes, table.createdAt, table.id)
      .where(sql`${table.personVotes} < ${table.quota}`),
  ],
)

/** The right to judge a pair for a while. The order shown is drawn when it is claimed and stays with it. */
export const pairClaim = pgTable(
  'pair_claim',
  {
    pairId: text('pair_id')
      .notNull()
      .references(() => pair.id, { onDelete: 'cascade' }),
    userId: text('user_id')
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    shownOrder: text('shown_order', { enum: ['ab', 'ba'] }).notNull(),
    expiresAt: at('expires_at').notNull(),
    skippedAt: at('skipped_at'),
  },
  (table) => [
    primaryKey({ columns: [table.pairId, table.userId] }),
    index('pair_claim_user').on(table.userId),
  ],
)

export const voteChoices = ['a', 'b', 'tie', 'both_bad'] as const
export const voteSources = ['person', 'judge', 'rule'] as const

/** Never overwritten, only superseded. `choice` names the variant, whatever side it was shown on. */
export const vote = pgTable(
  'vote',
  {
    id: id(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    pairId: text('pair_id')
      .notNull()
      .references(() => pair.id, { onDelete: 'cascade' }),
    source: text('source', { enum: voteSources }).notNull(),
    userId: text('user_id').references(() => user.id),
    personaVersionId: text('persona_version_id')
      .notNull()
      .references(() => personaVersion.id),
    choice: text('choice', { enum: voteChoices }).notNull(),
    reason: text('reason'),
    shownOrder: text('shown_order', { enum: ['ab', 'ba'] }).notNull(),
    durationMs: integer('duration_ms'),
    createdAt: createdAt(),
    supersededAt: at('superseded_at'),
  },
  (table) => [
    uniqueIndex('vote_one_person')
      .on(table.pairId, table.userId)
      .where(sql`${table.supersededAt} is null and ${table.source} = 'person'`),
    uniqueIndex('vote_one_rule')
      .on(table.pairId)
      .where(sql`${table.supersededAt} is null and ${table.source} = 'rule'`),
    index('vote_workspace').on(table.workspaceId, table.createdAt),
  ],
)
