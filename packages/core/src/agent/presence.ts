import { agent } from '@palate/db'
import { DrainNotice, HardwareReport } from '@palate/protocol'
import { and, eq, gt, isNotNull, isNull, lte, sql } from 'drizzle-orm'
import { onlineMs } from '../agent-status'
import type { AgentContext, Deps } from '../context'
import { notify } from '../notify'
import { acrossWorkspaces } from '../tenant'
import { changeAgent } from './change'
import { enrolledAgent } from './credential'

/** Records a message of the agent. @returns false when it was revoked: the hub then closes its socket */
export async function touchAgent(ctx: AgentContext): Promise<boolean> {
  const now = ctx.now()
  const [row] = await ctx.db
    .update(agent)
    .set({
      lastSeenAt: now,
      connectedAt: sql`coalesce(${agent.connectedAt}, ${now.toISOString()}::timestamptz)`,
    })
    .where(enrolledAgent(ctx))
    .returning({ id: agent.id })
  return row !== undefined
}

/**
 * Marks the agent as disconnected; its attempts continue. Changes nothing when the agent has since said hello again, to
 * any hub.
 *
 * @param since when the closed socket said hello
 */
export async function disconnectAgent(ctx: AgentContext, since: Date): Promise<void> {
  await ctx.db.transaction((tx) => changeAgent(tx, ctx, ctx.agentId, { type: 'closed', since }))
}

/**
 * Announces the agents that became offline because nothing was received from them for a while, and not because their
 * socket closed: the hub that held it may be gone.
 *
 * @param withinMs how long ago they may have become offline: the time since the last call, and some more
 */
export async function announceSilentAgents(deps: Deps, withinMs: number): Promise<void> {
  const { db, now } = acrossWorkspaces(deps, 'sweep')
  const offlineAt = now().getTime() - onlineMs
  const silent = await db
    .select({ id: agent.id, workspaceId: agent.workspaceId })
    .from(agent)
    .where(
      and(
        isNotNull(agent.connectedAt),
        isNull(agent.revokedAt),
        lte(agent.lastSeenAt, new Date(offlineAt)),
        gt(agent.lastSeenAt, new Date(offlineAt - withinMs)),
      ),
    )
  await notify(db, ...silent.map((one) => ({ ...one, topic: 'agent' as const })))
}

/** Replaces the agent's hardware sample with the newest one. The history is in the metrics of its runs. */
export async function recordHardware(ctx: AgentContext, raw: HardwareReport): Promise<void> {
  const { sample } = HardwareReport.parse(raw)
  const [row] = await ctx.db
    .update(agent)
    .set({ sample, lastSeenAt: ctx.now() })
    .where(and(eq(agent.id, ctx.agentId), eq(agent.workspaceId, ctx.workspaceId), isNull(agent.revokedAt)))
    .returning({ id: agent.id })
  if (row) await notify(ctx.db, { workspaceId: ctx.workspaceId, topic: 'hardware', id: ctx.agentId })
}

/** The agent finishes its runs and takes no new ones, or takes runs again. */
export async function drainAgent(ctx: AgentContext, raw: DrainNotice): Promise<void> {
  const { draining } = DrainNotice.parse(raw)
  await ctx.db.transaction((tx) => changeAgent(tx, ctx, ctx.agentId, { type: 'drain', draining }))
}
