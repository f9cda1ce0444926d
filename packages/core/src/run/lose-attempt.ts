import type { Transaction } from '@palate/db'
import type { RunFailure } from '@palate/protocol'
import { applyDecision } from './apply'
import { countAttempts } from './count-attempts'
import { findRunningAttempt, lockRun } from './lock'
import { decide } from './transition'

/**
 * Takes the lease from an attempt whose agent is gone, and queues its run again. Does nothing when the attempt has
 * ended meanwhile, or when `unless` says so of the attempt as it is under the lock.
 */
export async function loseAttempt(
  tx: Transaction,
  ctx: { workspaceId: string; now: () => Date },
  lost: { runId: string; attemptId: string },
  reason: RunFailure,
  unless: (attempt: { leaseExpiresAt: Date }) => boolean = () => false,
): Promise<boolean> {
  const run = await lockRun(tx, ctx.workspaceId, lost.runId)
  if (!run) return false
  const attempt = await findRunningAttempt(tx, run.id)
  if (attempt?.id !== lost.attemptId || unless(attempt)) return false
  const state = { ...run, attempts: await countAttempts(tx, run.id) }
  const decision = decide(state, { type: 'lost' }, ctx.now())
  if (decision.do !== 'change') return false
  await applyDecision(tx, ctx, { run, attempt }, decision, { failure: reason })
  return true
}
