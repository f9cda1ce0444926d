import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { authorize } from '../permission'
import { RunRef } from './schemas'
import { applyDecision } from './state/apply'
import { countAttempts, findRunningAttempt, lockRun } from './state/lock'
import { decide } from './state/transition'

/** Cancels a run. A queued run ends at once; a running one stops at its next checkpoint. A repeated call changes nothing. */
export async function cancelRun(ctx: ServiceContext, raw: RunRef): Promise<void> {
  authorize(ctx, 'run:cancel')
  const { id } = RunRef.parse(raw)
  await ctx.db.transaction(async (tx) => {
    const run = required(await lockRun(tx, ctx.workspaceId, id), 'This run')
    const attempt = await findRunningAttempt(tx, id)
    const state = { ...run, attempts: await countAttempts(tx, id) }
    const decision = decide(state, { type: 'cancel-requested' }, ctx.now())
    if (decision.do === 'refuse') throw new DomainError('conflict', decision.because)
    if (decision.do === 'nothing') return
    await applyDecision(tx, ctx, { run, attempt }, decision)
    await audit(tx, ctx, 'run.cancel', id)
  })
}
