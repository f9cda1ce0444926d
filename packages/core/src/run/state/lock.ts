import { attempt, rowsOf, run, type Transaction } from '@palate/db'
import { and, eq, sql } from 'drizzle-orm'
import type { RunRow } from '../queue/insert'

export type AttemptRow = typeof attempt.$inferSelect

/**
 * Locks a run until the transaction ends. Locks are taken in this order: agent, run, attempt. Not `for update`: that
 * would deadlock with an upload that has locked the attempt and inserts a row that references the run.
 */
export async function lockRun(tx: Transaction, workspaceId: string, id: string): Promise<RunRow | null> {
  const [row] = await tx
    .select()
    .from(run)
    .where(and(eq(run.id, id), eq(run.workspaceId, workspaceId)))
    .for('no key update')
  return row ?? null
}

/** The run's attempt that has the lease. The caller has locked the run. */
export async function findRunningAttempt(tx: Transaction, runId: string): Promise<AttemptRow | null> {
  const [row] = await tx
    .select()
    .from(attempt)
    .where(and(eq(attempt.runId, runId), eq(attempt.status, 'running')))
    .for('update')
  return row ?? null
}

/**
 * Attempts since the run last made progress: those after the newest attempt that reached a later checkpoint than all
 * before it, and since it was last resumed. So a long run on a machine that is often off does not fail, but a run without progress does.
 */
export async function countAttempts(tx: Transaction, runId: string): Promise<number> {
  const result = await tx.execute(sql`
    with progress as (
      select number, checkpoint_step,
        max(checkpoint_step) over (order by number rows between unbounded preceding and 1 preceding) as before
      from attempt where run_id = ${runId}
        and started_at >= coalesce((select resumed_at from run where id = ${runId}), '-infinity')
    )
    select count(*)::int as n from progress
    where number > coalesce((select max(number) from progress where checkpoint_step > coalesce(before, -1)), 0)`)
  const [row] = rowsOf<{ n: number }>(result)
  return row?.n ?? 0
}
