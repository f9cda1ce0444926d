import { attempt, run, type Transaction } from '@palate/db'
import type { AttemptStatus, RunFailure } from '@palate/protocol'
import { eq } from 'drizzle-orm'
import { required } from '../../error'
import { notifyAgents, notifyRun } from '../../notify'
import type { RunRow } from '../queue/insert'
import { type AttemptEvent, decideAttempt } from './attempt-transition'
import type { AttemptRow } from './lock'
import { settleRun } from './settle'
import type { Decision } from './transition'

export interface Ending {
  results?: Record<string, unknown>
  failure?: RunFailure | null
}

/** Persists a decision under the run's lock, and sends the notices when the transaction commits. */
export async function applyDecision(
  tx: Transaction,
  ctx: { workspaceId: string; now: () => Date },
  locked: { run: RunRow; attempt: AttemptRow | null },
  decision: Decision & { do: 'change' },
  ending: Ending = {},
): Promise<RunRow> {
  const { workspaceId } = ctx
  const results = ending.results ? { results: ending.results } : {}
  const [row] = await tx
    .update(run)
    .set({ ...decision.run, ...results })
    .where(eq(run.id, locked.run.id))
    .returning()
  const changed = required(row, 'The run')
  if (locked.attempt && decision.attempt) {
    const ended = decideAttempt(locked.attempt, endOf(decision.attempt), ctx.now())
    if (ended.do === 'change')
      await tx
        .update(attempt)
        .set({ ...ended.attempt, endedAt: ctx.now(), failure: ending.failure ?? null })
        .where(eq(attempt.id, locked.attempt.id))
  }
  if (decision.next === 'settled') await settleRun(tx, ctx, changed)
  if (decision.next === 'work')
    await notifyAgents(tx, { agentId: null, workspaceId, about: 'work', attemptId: null })
  if (decision.next === 'cancel' && locked.attempt)
    await notifyAgents(tx, {
      agentId: locked.attempt.agentId,
      about: 'cancel',
      attemptId: locked.attempt.id,
    })
  if (decision.next === 'stop' && locked.attempt && changed.stopAfterStep !== null)
    await notifyAgents(tx, {
      agentId: locked.attempt.agentId,
      about: 'stop',
      attemptId: locked.attempt.id,
      afterStep: changed.stopAfterStep,
    })
  await notifyRun(tx, changed)
  return changed
}

/** The event for the attempt that follows from the run's decision. Attempts are started by a claim only. */
function endOf(status: AttemptStatus): AttemptEvent {
  if (status === 'running') throw new Error('Only a claim starts an attempt.')
  return status === 'lost' ? { type: 'lost' } : { type: 'ended', status }
}
