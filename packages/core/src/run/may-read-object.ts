import { attempt, run } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import type { Deps } from '../context'
import type { TicketClaims } from '../ticket'
import { decideAttempt } from './state/attempt-transition'

/** Whether a lease's token opens this object: the attempt still runs and the object is one of the run's inputs. */
export async function mayReadObject(
  deps: Deps,
  lease: TicketClaims<'lease'>,
  sha256: string,
): Promise<boolean> {
  const [row] = await deps.db
    .select({ inputs: run.inputs, made: attempt })
    .from(attempt)
    .innerJoin(run, eq(run.id, attempt.runId))
    .where(
      and(
        eq(attempt.id, lease.attemptId),
        eq(attempt.workspaceId, lease.workspaceId),
        eq(attempt.agentId, lease.agentId),
      ),
    )
  if (!row || decideAttempt(row.made, { type: 'wrote', epoch: lease.epoch }, deps.now()).do === 'refuse')
    return false
  return row.inputs.some((input) => input.sha256 === sha256)
}
