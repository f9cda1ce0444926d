import { agent } from '@palate/db'
import { and, eq, isNotNull, isNull } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { agentStatus } from './online'
import type { AgentGaugesView } from './schemas'

/** The newest look at each machine that is online: figures of a machine that went away would be taken for its present. */
export async function readGauges(ctx: ServiceContext): Promise<AgentGaugesView[]> {
  authorize(ctx, 'agent:read')
  const rows = await ctx.db
    .select()
    .from(agent)
    .where(and(eq(agent.workspaceId, ctx.workspaceId), isNull(agent.revokedAt), isNotNull(agent.sample)))
  return rows.flatMap((row) =>
    row.sample && agentStatus(row, ctx.now()) === 'online' ? [{ id: row.id, sample: row.sample }] : [],
  )
}
