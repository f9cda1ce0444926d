import { run } from '@palate/db'
import { RunNeeds } from '@palate/protocol'
import { eq } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { authorize } from '../permission'
import { readResumes } from './checkpoint/read'
import { loadRunView } from './read'
import { RunRef, type RunView } from './schemas'
import { applyDecision } from './state/apply'
import { countAttempts, lockRun } from './state/lock'
import { isTraining } from './state/training'
import { decide } from './state/transition'

/**
 * Queues a canceled or failed training again, from its newest checkpoint that an agent still keeps: the same run, with
 * another attempt. Only that agent may take it. A repeated call changes nothing.
 */
export async function resumeRun(ctx: ServiceContext, raw: RunRef): Promise<RunView> {
  authorize(ctx, 'run:create')
  const { id } = RunRef.parse(raw)
  const resumed = await ctx.db.transaction(async (tx) => {
    const row = required(await lockRun(tx, ctx.workspaceId, id), 'This run')
    if (!isTraining(row.kind)) throw new DomainError('invalid', 'Only a training can be resumed.')
    const state = { ...row, attempts: await countAttempts(tx, id) }
    const decision = decide(state, { type: 'resume-requested' }, ctx.now())
    if (decision.do === 'refuse') throw new DomainError('conflict', decision.because)
    if (decision.do === 'nothing') return row
    const from = (await readResumes({ ...ctx, db: tx }, [row])).get(id)
    if (!from?.possible)
      throw new DomainError(
        'conflict',
        `The run cannot be resumed. ${from?.because ?? ''}`.trim(),
        'Clone it to train from the start.',
      )
    const { agentId, step } = from
    const needs = { ...RunNeeds.parse(row.needs), agentId, checkpointStep: step }
    await tx.update(run).set({ needs }).where(eq(run.id, id))
    await audit(tx, ctx, 'run.resume', id, { agentId, step })
    return applyDecision(tx, ctx, { run: row, attempt: null }, decision)
  })
  return loadRunView(ctx, resumed)
}
