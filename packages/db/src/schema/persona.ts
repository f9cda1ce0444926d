import { index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { at, belongsTo, createdAt, id } from './columns'
import { workspaceId } from './workspace'

export interface PersonaBody {
  name: string
  cuisines: string[]
  flavors: string[]
  style: string
  diets: string[]
  forbidden: string[]
  preferred: string[]
  /** Overrides the prompt built from the fields above. */
  systemPrompt: string | null
}

export const persona = pgTable(
  'persona',
  {
    id: id(),
    workspaceId: workspaceId(),
    slug: text('slug').notNull(),
    archivedAt: at('archived_at'),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('persona_slug').on(table.workspaceId, table.slug)],
)

/** Never changed: an edit makes the next version, and a label refers to the version that it was made with. */
export const personaVersion = pgTable(
  'persona_version',
  {
    id: id(),
    workspaceId: workspaceId(),
    personaId: belongsTo('persona_id', () => persona.id),
    number: integer('number').notNull(),
    body: jsonb('body').$type<PersonaBody>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('persona_version_number').on(table.personaId, table.number),
    index('persona_version_workspace').on(table.workspaceId),
  ],
)
