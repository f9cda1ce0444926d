import type { CheckpointReport, Hardware, HardwareSample, HourlyPrice, ProbeResult } from '@palate/protocol'
import { boolean, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { at, createdAt, id } from './columns'
import { workspaceId } from './workspace'

/** An agent's newest report of its checkpoints, and when it came, in milliseconds since 1970. */
export type StoredCheckpoints = CheckpointReport & { reportedAt: number }

export const agent = pgTable(
  'agent',
  {
    id: id(),
    workspaceId: workspaceId(),
    name: text('name').notNull(),
    credentialHash: text('credential_hash').notNull().unique(),
    /** Issued on request; replaces `credentialHash` at the first hello that uses it. */
    nextCredentialHash: text('next_credential_hash').unique(),
    rotateRequestedAt: at('rotate_requested_at'),
    version: text('version'),
    /** The protocol versions that the agent reported, also when they are not supported. */
    protocol: jsonb('protocol').$type<{ min: number; max: number }>(),
    labels: text('labels').array().notNull().default([]),
    kinds: text('kinds').array().notNull().default([]),
    serving: boolean('serving').notNull().default(false),
    draining: boolean('draining').notNull().default(false),
    hardware: jsonb('hardware').$type<Hardware>(),
    /** The newest hardware sample; older ones are not kept. */
    sample: jsonb('sample').$type<HardwareSample>(),
    probe: jsonb('probe').$type<ProbeResult>(),
    /** What it keeps of runs that ended without a model; null until it has reported. */
    checkpoints: jsonb('checkpoints').$type<StoredCheckpoints>(),
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
  workspaceId: workspaceId(),
  codeHash: text('code_hash').notNull().unique(),
  expiresAt: at('expires_at').notNull(),
  usedAt: at('used_at'),
  agentId: text('agent_id').references(() => agent.id),
  createdAt: createdAt(),
})
