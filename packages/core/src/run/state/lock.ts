import { attempt, rowsOf, run, type Transaction } from '@palate/db'
import { and, eq, sql } from 'drizzle-orm'
import type { RunRow } from '../queue/insert'

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

/**
 * Attempts since the run last got further: those after the newest one that reached a checkpoint beyond all earlier
 * ones'. A long run on a machine that is often switched off is not given up; one that never gets anywhere is.
 */
export async function countAttempts(tx: Transaction, runId: string): Promise<number> {
  const answer = await tx.execute(sql`
    with progress as (
      select number, checkpoint_step,
        max(checkpoint_step) over (order by number rows between unbounded preceding and 1 preceding) as before
      from attempt where run_id = ${runId}
    )
    select count(*)::int as n from progress
    where number > coalesce((select max(number) from progress where checkpoint_step > coalesce(before, -1)), 0)`)
  const [row] = rowsOf<{ n: number }>(answer)
  return row?.n ?? 0
}
