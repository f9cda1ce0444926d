import { bigint, boolean, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { at, createdAt, id } from './columns'
import { personaVersion } from './persona'
import { type RunInput, run } from './run'
import { workspace } from './workspace'

export const modelKinds = ['base', 'adapter'] as const

/** Weights in the registry. An adapter points at its base; files are addressed by hash in the object store. */
export const modelVersion = pgTable(
  'model_version',
  {
    id: id(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    number: integer('number').notNull(),
    kind: text('kind', { enum: modelKinds }).notNull(),
    runId: text('run_id')
      .notNull()
      .references(() => run.id),
    baseId: text('base_id'),
    files: jsonb('files').$type<RunInput[]>().notNull(),
    gguf: jsonb('gguf').$type<RunInput>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('model_version_number').on(table.workspaceId, table.name, table.number),
    uniqueIndex('model_version_run').on(table.runId),
  ],
)

/** A public name. `modelVersionId` answers at /chat and under /v1 as model `slug`. */
export const deployment = pgTable(
  'deployment',
  {
    id: id(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    slug: text('slug').notNull().unique(),
    title: text('title').notNull(),
    modelVersionId: text('model_version_id')
      .notNull()
      .references(() => modelVersion.id),
    active: boolean('active').notNull().default(true),
    createdAt: createdAt(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (table) => [index('deployment_workspace').on(table.workspaceId)],
)

/** One answer given in the public chat. Stored when it ends, also when the visitor stopped it. */
export const chatTurn = pgTable(
  'chat_turn',
  {
    id: id(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    deploymentId: text('deployment_id')
      .notNull()
      .references(() => deployment.id, { onDelete: 'cascade' }),
    modelVersionId: text('model_version_id')
      .notNull()
      .references(() => modelVersion.id),
    personaVersionId: text('persona_version_id').references(() => personaVersion.id),
    visitorId: text('visitor_id').notNull(),
    inventory: text('inventory').array().notNull(),
    request: text('request').notNull(),
    sampling: jsonb('sampling').$type<Record<string, unknown>>().notNull(),
    text: text('text').notNull(),
    finishReason: text('finish_reason').notNull(),
    completionTokens: integer('completion_tokens').notNull(),
    durationMs: bigint('duration_ms', { mode: 'number' }).notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('chat_turn_deployment').on(table.deploymentId, table.createdAt)],
)

export const feedback = pgTable(
  'feedback',
  {
    id: id(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    turnId: text('turn_id')
      .notNull()
      .unique()
      .references(() => chatTurn.id, { onDelete: 'cascade' }),
    thumb: text('thumb', { enum: ['up', 'down'] }).notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('feedback_workspace').on(table.workspaceId)],
)
