import { type Role, roleNames, type Scope } from '@palate/protocol'
import { boolean, index, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { at, belongsTo, createdAt, id } from './columns'
import { user } from './user'

export type { Role }

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
    /** While it is set, the member may do nothing here. */
    disabledAt: at('disabled_at'),
  },
  (table) => [
    uniqueIndex('membership_one').on(table.workspaceId, table.userId),
    index('membership_user').on(table.userId),
  ],
)

/** A way into a workspace, for one person. The link holds the token; only its SHA-256 is stored. */
export const invitation = pgTable(
  'invitation',
  {
    id: id(),
    workspaceId: workspaceId(),
    hash: text('hash').notNull().unique(),
    role: text('role', { enum: roleNames }).notNull(),
    /** Whom it is for; null: anyone who has the link. */
    email: text('email'),
    /** Whose right to give the role it rests on: it ends with that. */
    createdBy: belongsTo('created_by', () => user.id),
    createdAt: createdAt(),
    expiresAt: at('expires_at').notNull(),
    acceptedAt: at('accepted_at'),
    acceptedBy: text('accepted_by').references(() => user.id, { onDelete: 'set null' }),
    revokedAt: at('revoked_at'),
  },
  (table) => [index('invitation_workspace').on(table.workspaceId, table.createdAt)],
)

/**
 * The key itself is shown once; only its SHA-256 is stored. It acts in one workspace with those permissions of `role` that
 * `scopes` names: a personal one for its maker and never above them, another one for the workspace, also when its maker is gone.
 */
export const apiKey = pgTable('api_key', {
  id: id(),
  workspaceId: workspaceId(),
  userId: belongsTo('user_id', () => user.id),
  personal: boolean('personal').notNull().default(true),
  name: text('name').notNull(),
  hash: text('hash').notNull().unique(),
  role: text('role', { enum: roleNames }).notNull(),
  /** Null: all of the role. */
  scopes: text('scopes').array().$type<Scope[]>(),
  /** Null: never. */
  expiresAt: at('expires_at'),
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
    /** More about it; of a change, `before` and `after`. */
    data: jsonb('data').$type<Record<string, unknown>>().notNull().default({}),
    /** Where the call came from; null for what no person or script asked for. */
    address: text('address'),
    userAgent: text('user_agent'),
    sessionId: text('session_id'),
    createdAt: createdAt(),
  },
  (table) => [index('audit_log_workspace').on(table.workspaceId, table.createdAt, table.id)],
)
