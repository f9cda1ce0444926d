import { attempt, run } from '@palate/db'
import { and, asc, eq, lt, or, sql } from 'drizzle-orm'
import { onlineMs } from '../agent/online'
import type { Deps } from '../context'
import { loseAttempt } from './lose-attempt'

/**
 * Queues the runs again whose agents have not renewed their lease.
 *
 * @param options `unlessAlone` leaves a run with an agent that is silent as long as no other could take it: nothing is
 * gained by taking the lease away, and an agent that comes back after a long night goes on as if nothing had been
 * @returns how many
 */
export async function expireLeases(deps: Deps, options: { unlessAlone?: boolean } = {}): Promise<number> {
  const now = deps.now()
  const expired = await deps.db
    .select({ attemptId: attempt.id, runId: attempt.runId, workspaceId: attempt.workspaceId })
    .from(attempt)
    .innerJoin(run, eq(run.id, attempt.runId))
    .where(
      and(
        eq(attempt.status, 'running'),
        lt(attempt.leaseExpiresAt, now),
        options.unlessAlone
          ? or(eq(run.status, 'cancelling'), agentIsThere, otherCouldTakeIt(now))
          : undefined,
      ),
    )
    .orderBy(asc(attempt.leaseExpiresAt))
    .limit(200)
  let count = 0
  for (const one of expired) {
    const reason = {
      code: 'lease-expired',
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

/** It was heard of after its lease had run out, and did not renew it: it does not work on this any more. */
const agentIsThere = sql`exists (
  select 1 from agent own where own.id = ${attempt.agentId} and own.last_seen_at > ${attempt.leaseExpiresAt})`

/** Another agent is online that does such runs; whether it is free, and fits, is found out when it asks. */
const otherCouldTakeIt = (now: Date) => sql`exists (
  select 1 from agent other
  where other.workspace_id = ${attempt.workspaceId} and other.id <> ${attempt.agentId}
    and other.revoked_at is null and not other.draining and other.connected_at is not null
    and other.last_seen_at > ${new Date(now.getTime() - onlineMs).toISOString()}::timestamptz
    and ${run.kind} = any(other.kinds))`
