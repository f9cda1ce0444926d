import { agent } from '@palate/db'
import { sql } from 'drizzle-orm'
import type { AgentContext } from '../context'
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
