import { boolean, index, pgTable, text } from 'drizzle-orm/pg-core'
import { at, belongsTo, createdAt, id } from './columns'

/** An account. What it may do is in its memberships. */
export const user = pgTable('user', {
  id: id(),
  email: text('email').notNull().unique(),
  name: text('name').notNull(),
  passwordHash: text('password_hash').notNull(),
  createdAt: createdAt(),
})

/** A sign-in of a person. The cookie holds its id, and is worth nothing once the session has ended. */
export const session = pgTable(
  'session',
  {
    id: id(),
    userId: belongsTo('user_id', () => user.id),
    /** Where the person signed in from, as the sessions' list shows it. */
    address: text('address').notNull(),
    userAgent: text('user_agent').notNull(),
    createdAt: createdAt(),
    lastSeenAt: at('last_seen_at').notNull(),
    /** When the person last proved who they are: at the sign-in, or before something dangerous. */
    authenticatedAt: at('authenticated_at').notNull(),
    endedAt: at('ended_at'),
  },
  (table) => [index('session_user').on(table.userId)],
)

/** Attempts to sign in, for the limits. Of an account that does not exist too, so without a reference. */
export const signInAttempt = pgTable(
  'sign_in_attempt',
  {
    id: id(),
    email: text('email').notNull(),
    address: text('address').notNull(),
    succeeded: boolean('succeeded').notNull(),
    at: at('at').notNull(),
  },
  (table) => [
    index('sign_in_attempt_email').on(table.email, table.at),
    index('sign_in_attempt_address').on(table.address, table.at),
  ],
)

/** Uses of what has a budget: what it is, who uses it, and when. */
export const budgetUse = pgTable(
  'budget_use',
  {
    id: id(),
    what: text('what').notNull(),
    key: text('key').notNull(),
    at: at('at').notNull(),
  },
  (table) => [index('budget_use_key').on(table.what, table.key, table.at)],
)
