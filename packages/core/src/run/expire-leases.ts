import { agent, attempt, run } from '@palate/db'
import { RunNeeds } from '@palate/protocol'
import { and, asc, eq, lt, sql } from 'drizzle-orm'
import { agentStatus, isOutdated } from '../agent-status'
import type { Deps } from '../context'
import { acrossWorkspaces, inWorkspace } from '../tenant'
import { findUnmetNeed, totalCapacity, type Wanted } from './queue/capacity'
import { loseAttempt } from './state/lose-attempt'

interface Expired extends Wanted {
  attemptId: string
  runId: string
  workspaceId: string
  agentId: string
  /** A cancel was requested, or the agent is online and did not renew: it does not run this attempt any more. */
  isOver: boolean
}

/**
 * Queues the runs again whose leases have expired.
 *
 * @param options `unlessAlone` keeps an expired lease while no other agent could take the run: an agent that reconnects
 * later can then continue it
 * @returns how many
 */
export async function expireLeases(deps: Deps, options: { unlessAlone?: boolean } = {}): Promise<number> {
  const every = acrossWorkspaces(deps, 'sweep')
  const expired = await readExpired(every)
  const agentsOf = availableAgents(every)
  let count = 0
  for (const one of expired) {
    if (options.unlessAlone && !one.isOver && !couldTake(one, await agentsOf(one))) continue
    const reason = {
      code: 'lease_expired' as const,
      message: 'The agent sent nothing until its lease expired.',
      remedy: 'Check that its machine is on and can reach the hub.',
    }
    const ctx = { ...inWorkspace(deps, one.workspaceId), workspaceId: one.workspaceId }
    const lost = await ctx.db.transaction((tx) =>
      loseAttempt(tx, ctx, one, reason, { type: 'lease-checked' }),
    )
    if (lost) count += 1
  }
  return count
}

async function readExpired({ db, now }: Deps): Promise<Expired[]> {
  const agentIsThere = sql`exists (
    select 1 from agent own where own.id = ${attempt.agentId} and own.last_seen_at > ${attempt.leaseExpiresAt})`
  const rows = await db
    .select({
      attemptId: attempt.id,
      runId: attempt.runId,
      workspaceId: attempt.workspaceId,
      agentId: attempt.agentId,
      kind: run.kind,
      needs: run.needs,
      isOver: sql<boolean>`${run.status} = 'canceling' or ${agentIsThere}`,
    })
    .from(attempt)
    .innerJoin(run, eq(run.id, attempt.runId))
    .where(and(eq(attempt.status, 'running'), lt(attempt.leaseExpiresAt, now())))
    .orderBy(asc(attempt.leaseExpiresAt))
  return rows.map((row) => ({ ...row, needs: RunNeeds.parse(row.needs) }))
}

type AgentRow = typeof agent.$inferSelect

/** The agents of a workspace that can take runs now, read once per call of `expireLeases`. */
function availableAgents({ db, now }: Deps): (of: Expired) => Promise<AgentRow[]> {
  const known = new Map<string, Promise<AgentRow[]>>()
  const read = async (workspaceId: string) => {
    const rows = await db.select().from(agent).where(eq(agent.workspaceId, workspaceId))
    return rows.filter(
      (row) => agentStatus(row, now()) === 'online' && !row.draining && !isOutdated(row.protocol),
    )
  }
  return ({ workspaceId }) => {
    const rows = known.get(workspaceId) ?? read(workspaceId)
    known.set(workspaceId, rows)
    return rows
  }
}

/** Whether another agent meets the run's needs. Whether it has free GPUs is checked when it requests a lease. */
const couldTake = (expired: Expired, agents: AgentRow[]) =>
  agents.some(
    (other) => other.id !== expired.agentId && findUnmetNeed(expired, totalCapacity(other)) === null,
  )
