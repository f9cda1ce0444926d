import { agent, attempt, run } from '@palate/db'
import { RunNeeds } from '@palate/protocol'
import { and, asc, eq, lt, sql } from 'drizzle-orm'
import { agentStatus, isOutdated } from '../agent/online'
import type { Deps } from '../context'
import { findUnmetNeed, totalCapacity, type Wanted } from './queue/capacity'
import { loseAttempt } from './state/lose-attempt'

interface Expired extends Wanted {
  attemptId: string
  runId: string
  workspaceId: string
  agentId: string
  /** A cancel is wished, or its agent is there and did not renew: it does not work on this any more. */
  isOver: boolean
}

/**
 * Queues the runs again whose agents have not renewed their lease.
 *
 * @param options `unlessAlone` leaves a run with an agent that is silent as long as no other could take it: nothing is
 * gained by taking the lease away, and an agent that comes back after a long night goes on as if nothing had been
 * @returns how many
 */
export async function expireLeases(deps: Deps, options: { unlessAlone?: boolean } = {}): Promise<number> {
  const expired = await readExpired(deps)
  const othersOf = openAgents(deps)
  let count = 0
  for (const one of expired) {
    if (options.unlessAlone && !one.isOver && !couldTakeIt(one, await othersOf(one))) continue
    const reason = {
      code: 'lease_expired' as const,
      message: 'The agent was not heard of for the length of its lease.',
      remedy: 'See whether its machine is on and reaches the hub.',
    }
    const ctx = { ...deps, workspaceId: one.workspaceId }
    const lost = await deps.db.transaction((tx) =>
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

/** The agents of a workspace that could take something now, asked for once each time that leases are looked at. */
function openAgents({ db, now }: Deps): (of: Expired) => Promise<AgentRow[]> {
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

/** Whether another agent has all that the run needs; whether that is free is found out when it asks. */
const couldTakeIt = (expired: Expired, agents: AgentRow[]) =>
  agents.some(
    (other) => other.id !== expired.agentId && findUnmetNeed(expired, totalCapacity(other)) === null,
  )
