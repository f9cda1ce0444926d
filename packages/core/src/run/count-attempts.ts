import { rowsOf, type Transaction } from '@palate/db'
import { sql } from 'drizzle-orm'

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
