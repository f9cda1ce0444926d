import { agent, attempt, type CopyIn, run, type Transaction } from '@palate/db'
import { EventBatch, type EventBatchReply, type EventLines, type SpooledEvent } from '@palate/protocol'
import { and, eq } from 'drizzle-orm'
import type { AgentContext } from '../context'
import { receiveGeneration } from '../generation/receive'
import { notify } from '../notify'
import { acceptEvents } from './events/accept-events'
import { AttemptMemory } from './events/attempt-memory'
import { digestEvents } from './events/digest-events'
import { readLines } from './events/read-lines'
import { writeMetrics } from './events/write-metrics'
import { writeTexts } from './events/write-texts'
import type { RunRow } from './queue/insert'
import { applyDecision } from './state/apply'
import { decideAttempt } from './state/attempt-transition'
import { type AttemptRow, countAttempts, lockRun } from './state/lock'
import { decide } from './state/transition'

/**
 * Records a batch of the agent's spool in one transaction and moves the attempt's watermark with it: killing any
 * process at any moment loses nothing and doubles nothing. `ackedSeq` is how far the spool may be trimmed; `lost`
 * says that the lease has passed on and nothing of the batch was taken.
 *
 * @param memory what this process knows of the attempt from earlier batches; a caller that has one sends the
 * attempt's batches one after another
 */
export async function recordRunEvents(
  ctx: AgentContext,
  raw: EventBatch,
  memory?: AttemptMemory,
): Promise<EventBatchReply> {
  return record(ctx, EventBatch.parse(raw), memory)
}

/** The same for a batch that came as the spool's own lines. */
export async function recordRunLines(
  ctx: AgentContext,
  raw: EventLines,
  memory?: AttemptMemory,
): Promise<EventBatchReply> {
  return record(ctx, readLines(raw), memory)
}

async function record(
  ctx: AgentContext,
  batch: EventBatch,
  memory = new AttemptMemory(),
): Promise<EventBatchReply> {
  const look = { workspaceId: ctx.workspaceId, topic: 'run', id: batch.runId } as const
  let told = true
  const work = async (tx: Transaction, copyIn?: CopyIn): Promise<EventBatchReply> => {
    if (batch.events.some(({ event }) => event.type === 'probe')) await lockAgent(tx, ctx)
    const locked = await lockAttempt(tx, ctx, batch)
    if (!locked) return { ackedSeq: 0, lost: true }
    const { attempt: held } = locked
    if (decideAttempt(held, { type: 'wrote', epoch: batch.epoch }, ctx.now()).do === 'refuse') {
      // The answer to the last batch got lost on its way: say again that all was recorded.
      const replayed = batch.events.every(({ seq }) => seq <= held.ackedSeq)
      return { ackedSeq: held.ackedSeq, lost: held.status === 'lost' || !replayed }
    }
    const events = acceptEvents(batch.events, held.ackedSeq)
    const last = events.at(-1)
    if (!last) return { ackedSeq: held.ackedSeq, lost: false }
    await writeBatch(tx, ctx, locked, events, { memory, copyIn })
    await endRun(tx, ctx, locked, last)
    told = memory.mayLook() || last.event.type === 'run-end'
    if (told) await notify(tx, look)
    return { ackedSeq: last.seq, lost: false }
  }
  try {
    const reply = await (isBulky(batch) ? ctx.bulk.transaction(work) : ctx.db.transaction((tx) => work(tx)))
    if (!told) memory.notifyLater(() => notify(ctx.db, look).catch(() => undefined))
    return reply
  } catch (error) {
    memory.forget()
    throw error
  }
}

/** Whether a COPY pays: a run at work says a few points a second, a spool that was without its hub thousands at once. */
function isBulky({ events }: EventBatch): boolean {
  let points = 0
  for (const { event } of events) if (event.type === 'metric') points += Object.keys(event.values).length
  return points >= 500
}

/** A probe is written to the agent's row, and agents are locked before runs. */
async function lockAgent(tx: Transaction, { agentId }: AgentContext): Promise<void> {
  await tx.select({ id: agent.id }).from(agent).where(eq(agent.id, agentId)).for('no key update')
}

async function lockAttempt(tx: Transaction, ctx: AgentContext, { runId, attemptId, epoch }: EventBatch) {
  const locked = await lockRun(tx, ctx.workspaceId, runId)
  if (!locked) return null
  const [held] = await tx
    .select()
    .from(attempt)
    .where(
      and(
        eq(attempt.id, attemptId),
        eq(attempt.runId, runId),
        eq(attempt.agentId, ctx.agentId),
        eq(attempt.epoch, epoch),
      ),
    )
    .for('update')
  return held ? { run: locked, attempt: held } : null
}

async function writeBatch(
  tx: Transaction,
  ctx: AgentContext,
  locked: { run: RunRow; attempt: AttemptRow },
  events: SpooledEvent[],
  by: { memory: AttemptMemory; copyIn?: CopyIn },
): Promise<void> {
  await writeMetrics(tx, locked.attempt, events, by.memory, by.copyIn)
  await writeTexts(tx, locked.attempt, events)
  for (const { event } of events)
    if (event.type === 'generation') await receiveGeneration(tx, ctx, locked.run, event)
  const { progress, checkpointStep, ...told } = digestEvents(events)
  if (told.probe && locked.run.kind === 'probe')
    await tx.update(agent).set({ probe: told.probe }).where(eq(agent.id, ctx.agentId))
  if (progress) await tx.update(run).set({ progress }).where(eq(run.id, locked.run.id))
  await tx
    .update(attempt)
    .set({
      ackedSeq: events.at(-1)?.seq ?? locked.attempt.ackedSeq,
      ...(told.environment ? { environment: told.environment } : {}),
      ...(told.preflight ? { preflight: told.preflight } : {}),
      ...(told.summary ? { summary: told.summary } : {}),
      ...(checkpointStep === null ? {} : { checkpointStep }),
    })
    .where(eq(attempt.id, locked.attempt.id))
}

async function endRun(
  tx: Transaction,
  ctx: AgentContext,
  locked: { run: RunRow; attempt: AttemptRow },
  { event }: SpooledEvent,
): Promise<void> {
  if (event.type !== 'run-end') return
  const state = { ...locked.run, attempts: await countAttempts(tx, locked.run.id) }
  const decision = decide(state, { type: 'ended', status: event.status, failure: event.error }, ctx.now())
  if (decision.do !== 'change') return
  await applyDecision(tx, ctx, locked, decision, { results: event.results, failure: event.error })
}
