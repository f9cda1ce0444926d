import { bigint, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { belongsTo, createdAt, id } from './columns'
import { deployment } from './deployment'
import { modelVersion } from './model'
import { personaVersion } from './persona'
import { workspaceId } from './workspace'

/** One answer of the public chat. Stored when it ends, also when the visitor stopped it. */
export const chatTurn = pgTable(
  'chat_turn',
  {
    id: id(),
    workspaceId: workspaceId(),
    deploymentId: belongsTo('deployment_id', () => deployment.id),
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
    workspaceId: workspaceId(),
    turnId: text('turn_id')
      .notNull()
      .unique()
      .references(() => chatTurn.id, { onDelete: 'cascade' }),
    thumb: text('thumb', { enum: ['up', 'down'] }).notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('feedback_workspace').on(table.workspaceId)],
)
