import { agent } from '@palate/db'
import { DrainNotice, HardwareReport } from '@palate/protocol'
import { and, eq, isNull, sql } from 'drizzle-orm'
import type { AgentContext } from '../context'
import { notify } from '../notify'
import { changeAgent } from './change'
import { stillEnrolled } from './credential'

/** The agent was heard of. @returns false when it was revoked meanwhile: the hub then closes its socket */
export async function touchAgent(ctx: AgentContext): Promise<boolean> {
  const now = ctx.now()
  const [row] = await ctx.db
    .update(agent)
    .set({
      lastSeenAt: now,
      connectedAt: sql`coalesce(${agent.connectedAt}, ${now.toISOString()}::timestamptz)`,
    })
    .where(stillEnrolled(ctx))
    .returning({ id: agent.id })
  return row !== undefined
}

/**
 * The agent's socket closed. What it runs goes on: disconnected is not failed. One that has said hello again since, to
 * any hub, is not gone.
 *
 * @param since when the socket that closed said hello
 */
export async function disconnectAgent(ctx: AgentContext, since: Date): Promise<void> {
  await ctx.db.transaction((tx) => changeAgent(tx, ctx, ctx.agentId, { type: 'closed', since }))
}

/** Keeps the newest look at a machine in the place of the last. What runs there has its own curves. */
export async function recordHardware(ctx: AgentContext, raw: HardwareReport): Promise<void> {
  const { sample } = HardwareReport.parse(raw)
  const [row] = await ctx.db
    .update(agent)
    .set({ sample, lastSeenAt: ctx.now() })
    .where(and(eq(agent.id, ctx.agentId), eq(agent.workspaceId, ctx.workspaceId), isNull(agent.revokedAt)))
    .returning({ id: agent.id })
  if (row) await notify(ctx.db, { workspaceId: ctx.workspaceId, topic: 'hardware', id: ctx.agentId })
}

/** The agent finishes what it runs and takes nothing new, or takes work again. */
export async function drainAgent(ctx: AgentContext, raw: DrainNotice): Promise<void> {
  const { draining } = DrainNotice.parse(raw)
  await ctx.db.transaction((tx) => changeAgent(tx, ctx, ctx.agentId, { type: 'drain', draining }))
}
