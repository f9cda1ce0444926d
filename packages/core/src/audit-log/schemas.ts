import { Id, Text } from '@palate/protocol'
import { z } from 'zod'

/** What the list and its export show: everything that is given must hold. */
const filter = {
  userId: Id.optional(),
  /** Of what: the first part of an action, as `run`, or a whole one, as `run.create`. */
  action: Text(80).optional(),
  entityId: Text(100).optional(),
  from: z.date().optional(),
  to: z.date().optional(),
}
export const AuditFilter = z.strictObject(filter)
export type AuditFilter = z.infer<typeof AuditFilter>

export const ListAuditInput = z.strictObject({
  ...filter,
  /** The last entry of the page before. */
  cursor: Id.optional(),
  limit: z.int().min(1).max(200).default(50),
})
export type ListAuditInput = z.input<typeof ListAuditInput>

/** Days; null keeps the log for good. */
const auditDays = [30, 90, 180, 365, 730] as const
export const SetAuditDaysInput = z.strictObject({
  days: z.union(auditDays.map((days) => z.literal(days))).nullable(),
})
export type SetAuditDaysInput = z.infer<typeof SetAuditDaysInput>

export const auditFormats = ['csv', 'jsonl'] as const
export type AuditFormat = (typeof auditFormats)[number]

export interface AuditEntry {
  id: string
  at: Date
  /** `name` is that of the person, also behind an API key or a job that they started. */
  actor: { kind: string; id: string; name: string | null; key: string | null }
  action: string
  entityId: string
  /** May hold `before` and `after`. */
  data: Record<string, unknown>
  address: string | null
  userAgent: string | null
  sessionId: string | null
}

export interface AuditView {
  entries: AuditEntry[]
  /** For the next page; null at the end. */
  after: string | null
}

export interface AuditSettingView {
  days: number | null
  people: { id: string; name: string }[]
  /** The things that something was done to, as `run`. */
  kinds: string[]
}
