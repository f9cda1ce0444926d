import { apiKey, auditLog, user } from '@palate/db'
import { and, desc, eq, gte, like, lt, or, type SQL, sql } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { type AuditEntry, AuditFilter, type AuditView, ListAuditInput } from './schemas'

/** What was done in the workspace, the newest first. */
export async function listAudit(ctx: ServiceContext, raw: ListAuditInput): Promise<AuditView> {
  authorize(ctx, 'audit:read')
  const { cursor, limit, ...filter } = ListAuditInput.parse(raw)
  const entries = await readEntries(ctx, filter, { after: cursor, limit: limit + 1 })
  const page = entries.slice(0, limit)
  return { entries: page, after: entries.length > limit ? (page.at(-1)?.id ?? null) : null }
}

const exportedAtOnce = 1000

/** All of it, as it is read: a log of any length needs the memory of one page. */
export async function* readAudit(ctx: ServiceContext, raw: AuditFilter): AsyncGenerator<AuditEntry> {
  authorize(ctx, 'audit:read')
  const filter = AuditFilter.parse(raw)
  let after: string | undefined
  for (;;) {
    const entries = await readEntries(ctx, filter, { after, limit: exportedAtOnce })
    yield* entries
    after = entries.at(-1)?.id
    if (entries.length < exportedAtOnce) return
  }
}

/** Who acted, also through a key. */
const person = sql`coalesce(${apiKey.userId}, case when ${auditLog.actorKind} = 'user' then ${auditLog.actorId} end)`

async function readEntries(
  { db, workspaceId }: ServiceContext,
  filter: AuditFilter,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<AuditEntry[]> {
  const rows = await db
    .select({ row: auditLog, name: user.name, key: apiKey.name })
    .from(auditLog)
    .leftJoin(
      apiKey,
      and(
        eq(auditLog.actorKind, 'apiKey'),
        eq(apiKey.id, auditLog.actorId),
        eq(apiKey.workspaceId, workspaceId),
      ),
    )
    .leftJoin(user, eq(user.id, person))
    .where(and(eq(auditLog.workspaceId, workspaceId), ...conditions(filter), isOlder(workspaceId, after)))
    .orderBy(desc(auditLog.createdAt), desc(auditLog.id))
    .limit(limit)
  return rows.map(({ row, name, key }) => ({
    id: row.id,
    at: row.createdAt,
    actor: { kind: row.actorKind, id: row.actorId, name, key },
    action: row.action,
    entityId: row.entityId,
    data: row.data,
    address: row.address,
    userAgent: row.userAgent,
    sessionId: row.sessionId,
  }))
}

function conditions({ userId, action, entityId, from, to }: AuditFilter): (SQL | undefined)[] {
  const prefix = action?.replace(/[\\%_]/g, (sign) => `\\${sign}`)
  return [
    userId ? eq(user.id, userId) : undefined,
    action ? or(eq(auditLog.action, action), like(auditLog.action, `${prefix}.%`)) : undefined,
    entityId ? eq(auditLog.entityId, entityId) : undefined,
    from ? gte(auditLog.createdAt, from) : undefined,
    to ? lt(auditLog.createdAt, to) : undefined,
  ]
}

/** Compared in the database: a Date has no microseconds. */
function isOlder(workspaceId: string, after: string | undefined): SQL | undefined {
  if (!after) return undefined
  return sql`(${auditLog.createdAt}, ${auditLog.id}) < (
    select last.created_at, last.id from audit_log last where last.id = ${after} and last.workspace_id = ${workspaceId})`
}
