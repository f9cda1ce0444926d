import type { ModelFacts } from '@palate/protocol'
import { integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { createdAt, id } from './columns'
import { type RunInput, run } from './run'
import { workspaceId } from './workspace'

export const modelKinds = ['base', 'adapter'] as const

/** Weights in the registry. An adapter refers to its base. Files are addressed by hash in the object store. */
export const modelVersion = pgTable(
  'model_version',
  {
    id: id(),
    workspaceId: workspaceId(),
    name: text('name').notNull(),
    number: integer('number').notNull(),
    kind: text('kind', { enum: modelKinds }).notNull(),
    runId: text('run_id')
      .notNull()
      .references(() => run.id),
    baseId: text('base_id'),
    files: jsonb('files').$type<RunInput[]>().notNull(),
    gguf: jsonb('gguf').$type<RunInput>().notNull(),
    /** What its import found out; null for a model that was made here. */
    facts: jsonb('facts').$type<ModelFacts>(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('model_version_number').on(table.workspaceId, table.name, table.number),
    // An import may bring an adapter with its base.
    uniqueIndex('model_version_run').on(table.runId, table.kind),
  ],
)
