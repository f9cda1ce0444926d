import { sql } from 'drizzle-orm'
import { index, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { at, belongsTo, createdAt, id } from './columns'
import { modelVersion } from './model'
import { user } from './user'
import { workspaceId } from './workspace'

export const pushStatuses = ['waiting', 'running', 'finished', 'failed', 'canceled'] as const
export type PushStatus = (typeof pushStatuses)[number]

export interface PushProgress {
  /** `create`: all files are there, and Ollama makes its model of them. */
  stage: 'connect' | 'upload' | 'create'
  sentBytes: number
  totalBytes: number
  /** The newest line of Ollama. */
  line: string | null
}

/** A model that a hub sends to an Ollama. */
export const modelPush = pgTable(
  'model_push',
  {
    id: id(),
    workspaceId: workspaceId(),
    modelVersionId: belongsTo('model_version_id', () => modelVersion.id),
    /** The origin of the Ollama: `http://192.168.1.20:11434`. */
    address: text('address').notNull(),
    /** The model's name there. */
    name: text('name').notNull(),
    /** The prompt of the chosen persona as it was; null without one. */
    system: text('system'),
    status: text('status', { enum: pushStatuses }).notNull(),
    progress: jsonb('progress').$type<PushProgress>(),
    error: text('error'),
    cancelRequestedAt: at('cancel_requested_at'),
    createdBy: text('created_by').references(() => user.id),
    createdAt: createdAt(),
    finishedAt: at('finished_at'),
  },
  (table) => [
    index('model_push_model').on(table.modelVersionId, table.createdAt),
    index('model_push_open').on(table.workspaceId).where(sql`${table.status} in ('waiting', 'running')`),
  ],
)
