import type { Transaction } from '@palate/db'
import type { RunFailure } from '@palate/protocol'
import { applyDecision } from './apply'
import { type AttemptEvent, decideAttempt } from './attempt-transition'
import { countAttempts, findRunningAttempt, lockRun } from './lock'
import { decide } from './transition'

/**
 * Marks an attempt as lost and queues its run again. Does nothing when the attempt has ended, or when its state under
 * the lock does not allow it, as after a renewal.
 */
export async function loseAttempt(
  tx: Transaction,
  ctx: { workspaceId: string; now: () => Date },
  lost: { runId: string; attemptId: string },
  reason: RunFailure,
  event: AttemptEvent & { type: 'lost' | 'lease-checked' } = { type: 'lost' },
): Promise<boolean> {
  const run = await lockRun(tx, ctx.workspaceId, lost.runId)
  if (!run) return false
  const attempt = await findRunningAttempt(tx, run.id)
  if (attempt?.id !== lost.attemptId || decideAttempt(attempt, event, ctx.now()).do !== 'change') return false
  const state = { ...run, attempts: await countAttempts(tx, run.id) }
  const decision = decide(state, { type: 'lost' }, ctx.now())
  if (decision.do !== 'change') return false
  await applyDecision(tx, ctx, { run, attempt }, decision, { failure: reason })
  return true
}
