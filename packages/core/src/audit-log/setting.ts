import { auditLog, auditSetting, membership, user } from '@palate/db'
import { asc, eq, sql } from 'drizzle-orm'
import { audit } from '../audit'
import type { Deps, ServiceContext } from '../context'
import { authorize } from '../permission'
import { acrossWorkspaces } from '../tenant'
import { type AuditSettingView, SetAuditDaysInput } from './schemas'

/** How long the log is kept, and what it can be filtered by. */
export async function getAuditSetting(ctx: ServiceContext): Promise<AuditSettingView> {
  authorize(ctx, 'audit:read')
  const { db, workspaceId } = ctx
  const [[setting], people, kinds] = await Promise.all([
    db
      .select({ days: auditSetting.days })
      .from(auditSetting)
      .where(eq(auditSetting.workspaceId, workspaceId)),
    db
      .select({ id: user.id, name: user.name })
      .from(membership)
      .innerJoin(user, eq(user.id, membership.userId))
      .where(eq(membership.workspaceId, workspaceId))
      .orderBy(asc(user.name), asc(user.id)),
    db
      .selectDistinct({ kind: sql<string>`split_part(${auditLog.action}, '.', 1)` })
      .from(auditLog)
      .where(eq(auditLog.workspaceId, workspaceId)),
  ])
  return { days: setting?.days ?? null, people, kinds: kinds.map(({ kind }) => kind).sort() }
}

/** Older entries are removed within the hour, and do not come back. */
export async function setAuditDays(ctx: ServiceContext, raw: SetAuditDaysInput): Promise<void> {
  authorize(ctx, 'workspace:own')
  const { days } = SetAuditDaysInput.parse(raw)
  const { workspaceId } = ctx
  await ctx.db.transaction(async (tx) => {
    const own = eq(auditSetting.workspaceId, workspaceId)
    const [before] = await tx.select({ days: auditSetting.days }).from(auditSetting).where(own).for('update')
    if (days === null) await tx.delete(auditSetting).where(own)
    else
      await tx
        .insert(auditSetting)
        .values({ workspaceId, days })
        .onConflictDoUpdate({ target: auditSetting.workspaceId, set: { days } })
    const change = { before: { days: before?.days ?? null }, after: { days } }
    await audit(tx, ctx, 'auditLog.keep', workspaceId, change)
  })
}

/** Removes what is older than its workspace keeps it. Only this function of the database may. @returns how many entries */
export async function pruneAudit(deps: Deps): Promise<number> {
  const { db } = acrossWorkspaces(deps, 'sweep')
  const [row] = await db.execute<{ count: number }>(sql`select prune_audit_log()::int as count`)
  return row?.count ?? 0
}
