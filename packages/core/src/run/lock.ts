import { attempt, run, type Transaction } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import type { RunRow } from './insert'

export type AttemptRow = typeof attempt.$inferSelect

/**
 * Locks a run until the transaction ends. Whoever locks more takes them in this order: agent, run, attempt.
 * Not `for update`: an upload that holds the attempt and inserts a row pointing at the run would then deadlock with us.
 */
export async function lockRun(tx: Transaction, workspaceId: string, id: string): Promise<RunRow | null> {
  const [row] = await tx
    .select()
    .from(run)
    .where(and(eq(run.id, id), eq(run.workspaceId, workspaceId)))
    .for('no key update')
  return row ?? null
}

/** The run's attempt that holds the lease. Call it under the run's lock. */
export async function findRunningAttempt(tx: Transaction, runId: string): Promise<AttemptRow | null> {
  const [row] = await tx
    .select()
    .from(attempt)
    .where(and(eq(attempt.runId, runId), eq(attempt.status, 'running')))
    .for('update')
  return row ?? null
}
