import { agent, attempt, modelVersion, run } from '@palate/db'
import { and, asc, desc, eq, inArray, isNull } from 'drizzle-orm'
import { agentStatus } from '../agent/online'
import type { Deps } from '../context'
import { required } from '../error'
import { groupBy } from '../group-by'
import type { RunRow } from './insert'
import type { AttemptView, RunView } from './schemas'
import { type AgentState, explainWaiting } from './waiting'

type Workspace = Pick<Deps, 'db' | 'now'> & { workspaceId: string }

/** Runs as people see them: with their attempts, the model they gave, and why they wait. */
export async function loadRunViews(ctx: Workspace, rows: readonly RunRow[]): Promise<RunView[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const attempts = groupBy(await readAttempts(ctx, ids), ({ runId }) => runId)
  const models = await ctx.db
    .select({ id: modelVersion.id, runId: modelVersion.runId })
    .from(modelVersion)
    .where(inArray(modelVersion.runId, ids))
  const modelOf = new Map(models.map(({ id, runId }) => [runId, id]))
  const reasons = await explainQueue(ctx, rows)
  return rows.map((row) => ({
    ...toRunView(row),
    waitingBecause: reasons.get(row.id) ?? null,
    attempts: (attempts.get(row.id) ?? []).map(({ view }) => view),
    modelVersionId: modelOf.get(row.id) ?? null,
  }))
}

export async function loadRunView(ctx: Workspace, row: RunRow): Promise<RunView> {
  const [view] = await loadRunViews(ctx, [row])
  return required(view, 'This run')
}

function toRunView(row: RunRow) {
  const { id, number, name, kind, status, config, seed, lineage, progress, summary, failure } = row
  const { createdAt, startedAt, finishedAt, cancelRequestedAt } = row
  const dates = { createdAt, startedAt, finishedAt, cancelRequestedAt }
  return { id, number, name, kind, status, config, seed, lineage, progress, summary, failure, ...dates }
}

async function readAttempts(
  ctx: Workspace,
  runIds: string[],
): Promise<{ runId: string; view: AttemptView }[]> {
  const rows = await ctx.db
    .select({ attempt, agentName: agent.name })
    .from(attempt)
    .innerJoin(agent, eq(agent.id, attempt.agentId))
    .where(and(eq(attempt.workspaceId, ctx.workspaceId), inArray(attempt.runId, runIds)))
    .orderBy(asc(attempt.number))
  return rows.map(({ attempt: row, agentName }) => {
    const { id, number, status, startedAt, endedAt, failure, environment, receipt, price } = row
    return {
      runId: row.runId,
      view: { id, number, status, agentName, startedAt, endedAt, failure, environment, receipt, price },
    }
  })
}

async function explainQueue(ctx: Workspace, rows: readonly RunRow[]): Promise<Map<string, string>> {
  const reasons = new Map<string, string>()
  if (!rows.some(({ status }) => status === 'queued')) return reasons
  const agents = await readAgents(ctx)
  const queue = await ctx.db
    .select({ id: run.id, kind: run.kind })
    .from(run)
    .where(and(eq(run.workspaceId, ctx.workspaceId), eq(run.status, 'queued')))
    .orderBy(desc(run.priority), asc(run.createdAt), asc(run.number))
  for (const [ahead, { id, kind }] of queue.entries()) reasons.set(id, explainWaiting(kind, agents, ahead))
  return reasons
}

async function readAgents(ctx: Workspace): Promise<AgentState[]> {
  const rows = await ctx.db
    .select({ agent, busyWith: run.number })
    .from(agent)
    .leftJoin(attempt, and(eq(attempt.agentId, agent.id), eq(attempt.status, 'running')))
    .leftJoin(run, eq(run.id, attempt.runId))
    .where(and(eq(agent.workspaceId, ctx.workspaceId), isNull(agent.revokedAt)))
    .orderBy(asc(agent.createdAt), asc(agent.id))
  return rows.map(({ agent: row, busyWith }) => ({
    name: row.name,
    kinds: row.kinds,
    busyWith,
    online: agentStatus(row, ctx.now()) === 'online',
  }))
}
