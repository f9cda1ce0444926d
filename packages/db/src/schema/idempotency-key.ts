import { customType, index, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { at, createdAt, id } from './columns'
import { workspaceId } from './workspace'

const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' })

/**
 * What a call that creates something replied, so that a repeated call gets the same reply. The key is stored as a hash
 * and the reply is encrypted with the key, because some replies hold a secret that is shown once.
 */
export const idempotencyKey = pgTable(
  'idempotency_key',
  {
    id: id(),
    workspaceId: workspaceId(),
    actorId: text('actor_id').notNull(),
    verb: text('verb').notNull(),
    keyHash: text('key_hash').notNull(),
    inputHash: text('input_hash').notNull(),
    /** Null only inside the transaction that makes it. */
    reply: bytes('reply'),
    createdAt: createdAt(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [
    uniqueIndex('idempotency_key_one').on(table.workspaceId, table.actorId, table.verb, table.keyHash),
    index('idempotency_key_expiry').on(table.expiresAt),
  ],
)
