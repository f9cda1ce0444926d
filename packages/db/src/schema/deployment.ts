import { boolean, index, pgTable, text } from 'drizzle-orm/pg-core'
import { at, createdAt, id } from './columns'
import { modelVersion } from './model'
import { workspaceId } from './workspace'

/** A public name. `modelVersionId` answers at /chat and under /v1 as model `slug`. */
export const deployment = pgTable(
  'deployment',
  {
    id: id(),
    workspaceId: workspaceId(),
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
