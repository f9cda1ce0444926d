import { agent } from '@palate/db'
import { HardwareReport } from '@palate/protocol'
import { and, eq, isNull } from 'drizzle-orm'
import type { AgentContext } from '../context'
import { notify } from '../notify'

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
