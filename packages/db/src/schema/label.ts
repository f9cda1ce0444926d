import { sql } from 'drizzle-orm'
import { index, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { at, belongsTo, createdAt, id } from './columns'
import { personaVersion } from './persona'
import { user } from './user'
import { pair } from './variant'
import { workspaceId } from './workspace'

/** A pair reserved for one person for a while. The order shown is drawn at the claim and does not change. */
export const pairClaim = pgTable(
  'pair_claim',
  {
    pairId: belongsTo('pair_id', () => pair.id),
    userId: belongsTo('user_id', () => user.id),
    workspaceId: workspaceId(),
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
/** A person, a language model as a judge, or the persona's rules. */
export const voteSources = ['person', 'judge', 'rule'] as const

/** Never overwritten, only superseded. `choice` names the variant, not the side on which it was shown. */
export const vote = pgTable(
  'vote',
  {
    id: id(),
    workspaceId: workspaceId(),
    pairId: belongsTo('pair_id', () => pair.id),
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
