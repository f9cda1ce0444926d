import { agent, attempt, run } from '@palate/db'
import { RunNeeds } from '@palate/protocol'
import { and, asc, count, eq, inArray, isNull, sql } from 'drizzle-orm'
import { agentStatus, isOutdated } from '../../agent-status'
import type { Deps } from '../../context'
import { groupBy } from '../../group-by'
import type { RunView, WaitingView } from '../schemas'
import { findUnmetNeed, totalCapacity } from './capacity'
import { orderQueue, type Queued } from './order'
import { type AgentState, explainWaiting } from './waiting'

type Workspace = Pick<Deps, 'db' | 'now'> & { workspaceId: string }

export type QueuedRun = Queued & Pick<RunView, 'kind' | 'needs'>

const groupOf = sql<string>`coalesce(${run.experimentId}, ${run.createdBy}, '')`

/** The workspace's queued runs in the order in which they will be leased. */
export async function readQueue({ db, workspaceId }: Workspace): Promise<QueuedRun[]> {
  const { id, kind, needs, priority, createdAt, number } = run
  const queued = await db
    .select({ id, kind, needs, priority, createdAt, number, group: groupOf })
    .from(run)
    .where(and(eq(run.workspaceId, workspaceId), eq(run.status, 'queued')))
  if (queued.length === 0) return []
  const busy = await db
    .select({ group: groupOf, runs: count() })
    .from(run)
    .where(and(eq(run.workspaceId, workspaceId), inArray(run.status, ['running', 'canceling'])))
    .groupBy(groupOf)
  const rows = queued.map((row) => ({ ...row, needs: RunNeeds.parse(row.needs) }))
  return orderQueue(rows, new Map(busy.map(({ group, runs }) => [group, runs])))
}

/** Why each of these runs waits. Runs that are not queued are left out. */
export async function explainQueue(
  ctx: Workspace,
  queue: readonly QueuedRun[],
  ids: ReadonlySet<string>,
): Promise<Map<string, WaitingView>> {
  if (!queue.some(({ id }) => ids.has(id))) return new Map()
  const agents = await readAgentStates(ctx)
  const rivals = countRivals(agents)
  const reasons = new Map<string, WaitingView>()
  for (const [index, one] of queue.entries()) {
    const ahead = rivals(one, ids.has(one.id))
    if (ahead !== null)
      reasons.set(one.id, explainWaiting(one, agents, { position: index + 1, ahead }, ctx.now()))
  }
  return reasons
}

/**
 * Counts, for each run in queue order, the runs ahead of it that compete for its agents. Runs with the same kind and
 * needs are compared once.
 */
function countRivals(agents: readonly AgentState[]) {
  const before = new Map<string, { fits: boolean[]; runs: number }>()
  return (one: QueuedRun, asked: boolean): number | null => {
    const key = JSON.stringify([one.kind, one.needs])
    const fits = before.get(key)?.fits ?? agents.map(({ whole }) => findUnmetNeed(one, whole) === null)
    const ahead = asked
      ? [...before.values()].reduce(
          (sum, other) => sum + (other.fits.some((fit, index) => fit && fits[index]) ? other.runs : 0),
          0,
        )
      : null
    before.set(key, { fits, runs: (before.get(key)?.runs ?? 0) + 1 })
    return ahead
  }
}

async function readAgentStates(ctx: Workspace): Promise<AgentState[]> {
  const agents = await ctx.db
    .select()
    .from(agent)
    .where(and(eq(agent.workspaceId, ctx.workspaceId), isNull(agent.revokedAt)))
    .orderBy(asc(agent.createdAt), asc(agent.id))
  const running = await ctx.db
    .select({ agentId: attempt.agentId, gpus: attempt.gpus, runNumber: run.number })
    .from(attempt)
    .innerJoin(run, eq(run.id, attempt.runId))
    .where(and(eq(attempt.workspaceId, ctx.workspaceId), eq(attempt.status, 'running')))
  const held = groupBy(running, ({ agentId }) => agentId)
  return agents.map((row) => ({
    id: row.id,
    name: row.name,
    whole: totalCapacity(row),
    online: agentStatus(row, ctx.now()) === 'online',
    lastSeenAt: row.lastSeenAt,
    draining: row.draining,
    outdated: isOutdated(row.protocol),
    held: held.get(row.id) ?? [],
  }))
}
