import { type Role, roleNames } from '@palate/protocol'
import { boolean, index, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { at, belongsTo, createdAt, id } from './columns'

export type { Role }

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

export const workspace = pgTable('workspace', {
  id: id(),
  slug: text('slug').notNull().unique(),
  name: text('name').notNull(),
  createdAt: createdAt(),
})

/** The tenant: every table but the user's has this column. */
export const workspaceId = () => belongsTo('workspace_id', () => workspace.id)

export const membership = pgTable(
  'membership',
  {
    id: id(),
    workspaceId: workspaceId(),
    userId: belongsTo('user_id', () => user.id),
    role: text('role', { enum: roleNames }).notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('membership_one').on(table.workspaceId, table.userId),
    index('membership_user').on(table.userId),
  ],
)

/** The key itself is shown once; only its SHA-256 is stored. It acts with `role` in one workspace, for its creator. */
export const apiKey = pgTable('api_key', {
  id: id(),
  workspaceId: workspaceId(),
  userId: belongsTo('user_id', () => user.id),
  name: text('name').notNull(),
  hash: text('hash').notNull().unique(),
  role: text('role', { enum: roleNames }).notNull(),
  createdAt: createdAt(),
  lastUsedAt: at('last_used_at'),
  revokedAt: at('revoked_at'),
})

export const auditLog = pgTable(
  'audit_log',
  {
    id: id(),
    workspaceId: workspaceId(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    action: text('action').notNull(),
    entityId: text('entity_id').notNull(),
    data: jsonb('data').$type<Record<string, unknown>>().notNull().default({}),
    createdAt: createdAt(),
  },
  (table) => [index('audit_log_workspace').on(table.workspaceId, table.createdAt)],
)
