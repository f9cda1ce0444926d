import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { authorize } from '../permission'
import { RunRef } from './schemas'
import { applyDecision } from './state/apply'
import { countAttempts, findRunningAttempt, lockRun } from './state/lock'
import { isTraining } from './state/training'
import { decide } from './state/transition'

/**
 * Ends a running training early and keeps its model: the trainer takes its current step to the end, and the run finishes
 * with what it has learned. A repeated call changes nothing. A cancel after it wins.
 */
export async function stopRun(ctx: ServiceContext, raw: RunRef): Promise<void> {
  authorize(ctx, 'run:cancel')
  const { id } = RunRef.parse(raw)
  await ctx.db.transaction(async (tx) => {
    const run = required(await lockRun(tx, ctx.workspaceId, id), 'This run')
    if (!isTraining(run.kind))
      throw new DomainError('invalid', 'Only a training can be stopped and kept.', 'Cancel the run instead.')
    const attempt = await findRunningAttempt(tx, id)
    const { stage, step = 0 } = run.progress ?? {}
    const reached = stage === 'training' && step > 0 ? step : null
    const event = { type: 'stop-requested', step: reached, saving: stage === 'export' } as const
    const decision = decide({ ...run, attempts: await countAttempts(tx, id) }, event, ctx.now())
    if (decision.do === 'refuse') throw new DomainError('conflict', decision.because)
    if (decision.do === 'nothing') return
    await applyDecision(tx, ctx, { run, attempt }, decision)
    await audit(tx, ctx, 'run.stop', id, { afterStep: reached })
  })
}
