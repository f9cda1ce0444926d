import type { Hardware, HardwareSample, HourlyPrice, ProbeResult } from '@palate/protocol'
import { boolean, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { at, createdAt, id } from './columns'
import { workspace } from './workspace'

export const agent = pgTable(
  'agent',
  {
    id: id(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    credentialHash: text('credential_hash').notNull().unique(),
    /** Given out on request; takes the other's place with the first hello under it. */
    nextCredentialHash: text('next_credential_hash').unique(),
    rotateRequestedAt: at('rotate_requested_at'),
    version: text('version'),
    /** What it said that it speaks, also when it was sent away for it. */
    protocol: jsonb('protocol').$type<{ min: number; max: number }>(),
    labels: text('labels').array().notNull().default([]),
    kinds: text('kinds').array().notNull().default([]),
    serving: boolean('serving').notNull().default(false),
    draining: boolean('draining').notNull().default(false),
    hardware: jsonb('hardware').$type<Hardware>(),
    /** The newest look at the machine; older ones are not kept. */
    sample: jsonb('sample').$type<HardwareSample>(),
    probe: jsonb('probe').$type<ProbeResult>(),
    price: jsonb('price').$type<HourlyPrice>(),
    connectedAt: at('connected_at'),
    lastSeenAt: at('last_seen_at'),
    revokedAt: at('revoked_at'),
    createdAt: createdAt(),
  },
  (table) => [index('agent_workspace').on(table.workspaceId)],
)

export const enrollmentCode = pgTable('enrollment_code', {
  id: id(),
  workspaceId: text('workspace_id')
    .notNull()
    .references(() => workspace.id, { onDelete: 'cascade' }),
  codeHash: text('code_hash').notNull().unique(),
  expiresAt: at('expires_at').notNull(),
  usedAt: at('used_at'),
  agentId: text('agent_id').references(() => agent.id),
  createdAt: createdAt(),
})
