import { attempt } from '@palate/db'
import { and, asc, eq, lt } from 'drizzle-orm'
import type { Deps } from '../context'
import { loseAttempt } from './lose-attempt'

/** Queues the runs again whose agents have not renewed their lease. @returns how many */
export async function expireLeases(deps: Deps): Promise<number> {
  const now = deps.now()
  const expired = await deps.db
    .select({ attemptId: attempt.id, runId: attempt.runId, workspaceId: attempt.workspaceId })
    .from(attempt)
    .where(and(eq(attempt.status, 'running'), lt(attempt.leaseExpiresAt, now)))
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
