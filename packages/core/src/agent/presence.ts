import { agent } from '@palate/db'
import { and, eq, isNull, sql } from 'drizzle-orm'
import type { AgentContext } from '../context'
import { notify } from '../notify'

/** The agent was heard of. @returns false when it was revoked meanwhile: the hub then closes its socket */
export async function touchAgent(ctx: AgentContext): Promise<boolean> {
  const now = ctx.now()
  const [row] = await ctx.db
    .update(agent)
    .set({
      lastSeenAt: now,
      connectedAt: sql`coalesce(${agent.connectedAt}, ${now.toISOString()}::timestamptz)`,
    })
    .where(and(eq(agent.id, ctx.agentId), eq(agent.workspaceId, ctx.workspaceId), isNull(agent.revokedAt)))
    .returning({ id: agent.id })
  return row !== undefined
}

/** The agent's socket closed. What it runs goes on: disconnected is not failed. */
export async function disconnectAgent(ctx: AgentContext): Promise<void> {
  await ctx.db
    .update(agent)
    .set({ connectedAt: null })
    .where(and(eq(agent.id, ctx.agentId), eq(agent.workspaceId, ctx.workspaceId)))
  await notify(ctx.db, { workspaceId: ctx.workspaceId, topic: 'agent', id: ctx.agentId })
}
