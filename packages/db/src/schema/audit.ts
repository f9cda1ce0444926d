import { sql } from 'drizzle-orm'
import { check, integer, pgTable } from 'drizzle-orm/pg-core'
import { workspaceId } from './workspace'

/** At least so long, so that nobody hides what they did by shortening it. */
const minAuditDays = 30

/** How long a workspace keeps its audit log. Without a row: for good. */
export const auditSetting = pgTable(
  'audit_setting',
  {
    workspaceId: workspaceId().primaryKey(),
    days: integer('days').notNull(),
  },
  (table) => [check('audit_setting_days', sql`${table.days} >= ${sql.raw(String(minAuditDays))}`)],
)
