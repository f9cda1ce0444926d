import { agent, attempt, run } from '@palate/db'
import { agentVersionOf, protocolVersion } from '@palate/protocol'
import { and, asc, eq, isNotNull, isNull } from 'drizzle-orm'
import { agentStatus, isOutdated } from '../agent-status'
import type { ServiceContext } from '../context'
import { groupBy } from '../group-by'
import { authorize } from '../permission'
import type { AgentRow } from './change'
import type { AgentGaugesView, AgentView } from './schemas'

/** The workspace's agents by date of enrollment, with their current runs. */
export async function listAgents(ctx: ServiceContext): Promise<AgentView[]> {
  authorize(ctx, 'agent:read')
  const rows = await ctx.db
    .select()
    .from(agent)
    .where(eq(agent.workspaceId, ctx.workspaceId))
    .orderBy(asc(agent.createdAt), asc(agent.id))
  const running = await ctx.db
    .select({ agentId: attempt.agentId, gpus: attempt.gpus, run })
    .from(attempt)
    .innerJoin(run, eq(run.id, attempt.runId))
    .where(and(eq(attempt.workspaceId, ctx.workspaceId), eq(attempt.status, 'running')))
    .orderBy(asc(attempt.startedAt))
  const held = groupBy(running, ({ agentId }) => agentId)
  return rows.map((row) => {
    const slots = (held.get(row.id) ?? []).map(({ gpus, run: { id, number, name, kind } }) => ({
      ...{ id, number, name, kind, gpus },
    }))
    return toAgentView(row, slots, ctx.now())
  })
}

function toAgentView(row: AgentRow, slots: AgentView['slots'], now: Date): AgentView {
  const { id, name, version, labels, hardware, kinds, serving, draining, probe, price } = row
  const { lastSeenAt, createdAt, rotateRequestedAt } = row
  const reported = {
    version,
    labels,
    hardware,
    kinds,
    serving,
    draining,
    probe,
    price,
    lastSeenAt,
    createdAt,
  }
  const [first] = slots
  const currentRun = first ? { id: first.id, number: first.number, name: first.name, kind: first.kind } : null
  const rotating = rotateRequestedAt !== null
  return {
    id,
    name,
    status: agentStatus(row, now),
    ...reported,
    update: updateOf(row),
    rotating,
    slots,
    currentRun,
  }
}

function updateOf({ protocol, revokedAt }: AgentRow): AgentView['update'] {
  if (revokedAt || !protocol || !isOutdated(protocol)) return null
  const needed = agentVersionOf[protocolVersion] ?? 'newest'
  return { who: protocol.max < protocolVersion ? 'agent' : 'hub', needed }
}

/** The newest hardware sample of each agent that is online. Samples of agents that are offline would look current. */
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
