import { agent, attempt, run } from '@palate/db'
import { and, asc, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { agentStatus } from './online'
import type { AgentView } from './schemas'

/** The workspace's agents in the order of their enrolment, with what each works on. */
export async function listAgents(ctx: ServiceContext): Promise<AgentView[]> {
  authorize(ctx, 'agent:read')
  const rows = await ctx.db
    .select({ agent, run: { id: run.id, number: run.number, name: run.name, kind: run.kind } })
    .from(agent)
    .leftJoin(attempt, and(eq(attempt.agentId, agent.id), eq(attempt.status, 'running')))
    .leftJoin(run, eq(run.id, attempt.runId))
    .where(eq(agent.workspaceId, ctx.workspaceId))
    .orderBy(asc(agent.createdAt), asc(agent.id))
  return rows.map(({ agent: row, run: currentRun }) => toAgentView(row, currentRun, ctx.now()))
}

function toAgentView(
  row: typeof agent.$inferSelect,
  currentRun: AgentView['currentRun'],
  now: Date,
): AgentView {
  const { id, name, version, labels, hardware, kinds, serving, price, lastSeenAt, createdAt } = row
  const status = agentStatus(row, now)
  const said = { version, labels, hardware, kinds, serving, price, lastSeenAt, createdAt }
  return { id, name, status, ...said, currentRun }
}
