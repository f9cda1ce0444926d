import { agent, attempt, type CopyIn, run, type Transaction } from '@palate/db'
import type { LiveTopic, RunLines, RunLinesReply, SpooledEvent } from '@palate/protocol'
import { and, eq } from 'drizzle-orm'
import type { AgentContext } from '../context'
import { notify } from '../notify'
import { AttemptMemory } from './events/attempt-memory'
import { digestEvents, topicsOf } from './events/digest-events'
import { acceptEvents, type EventChunk, readLines } from './events/read-lines'
import { writeGenerations } from './events/write-generations'
import { writeMetrics } from './events/write-metrics'
import { writeTexts } from './events/write-texts'
import type { RunRow } from './queue/insert'
import { applyDecision } from './state/apply'
import { decideAttempt } from './state/attempt-transition'
import { type AttemptRow, countAttempts, lockRun } from './state/lock'
import { decide } from './state/transition'

/**
 * Records a chunk of the agent's spool in one transaction and moves the attempt's watermark with it: killing any
 * process at any moment loses no event and records none twice. `ackedSeq` is how far the spool may be trimmed; `lost`
 * says that another attempt has the lease and nothing of the chunk was recorded.
 *
 * @param memory what this process knows of the attempt from earlier chunks; a caller that passes one sends the
 * attempt's chunks one after another
 */
export async function recordRunLines(
  ctx: AgentContext,
  raw: RunLines,
  memory = new AttemptMemory(),
): Promise<RunLinesReply> {
  const chunk = readLines(raw)
  const { notices } = memory
  const announce = (on: Transaction | AgentContext['db'], topics: readonly LiveTopic[]) =>
    notify(on, ...topics.map((topic) => ({ workspaceId: ctx.workspaceId, topic, id: chunk.runId })))
  const announceLater = () =>
    notices.sendLater((topics) => announce(ctx.db, topics).catch(() => notices.putBack(topics)))
  let announced: LiveTopic[] = []
  const work = async (tx: Transaction, copyIn?: CopyIn): Promise<RunLinesReply> => {
    if (chunk.events.some(({ event }) => event.type === 'probe')) await lockAgent(tx, ctx)
    const locked = await lockAttempt(tx, ctx, chunk)
    if (!locked) return { ackedSeq: 0, lost: true }
    const { attempt: held } = locked
    if (decideAttempt(held, { type: 'wrote', epoch: chunk.epoch }, ctx.now()).do === 'refuse') {
      // The reply to the last chunk was lost: confirm again that all of it was recorded.
      const replayed = chunk.events.every(({ seq }) => seq <= held.ackedSeq)
      return { ackedSeq: held.ackedSeq, lost: held.status === 'lost' || !replayed }
    }
    const events = acceptEvents(chunk.events, held.ackedSeq)
    const last = events.at(-1)
    if (!last) return { ackedSeq: held.ackedSeq, lost: false }
    await writeChunk(tx, ctx, locked, events, { memory, copyIn })
    await endRun(tx, ctx, locked, last)
    announced = notices.take(topicsOf(events), last.event.type === 'run-end')
    await announce(tx, announced)
    return { ackedSeq: last.seq, lost: false }
  }
  try {
    const reply = await (isBulky(chunk) ? ctx.bulk.transaction(work) : ctx.db.transaction((tx) => work(tx)))
    announceLater()
    return reply
  } catch (error) {
    memory.forget()
    notices.putBack(announced)
    announceLater()
    throw error
  }
}

/** Whether to COPY: a running trainer sends a few points per second, a spool after an outage thousands at once. */
function isBulky({ events }: EventChunk): boolean {
  let points = 0
  for (const { event } of events) if (event.type === 'metric') points += Object.keys(event.values).length
  return points >= 500
}

/** A probe is written to the agent's row, and agents are locked before runs. */
async function lockAgent(tx: Transaction, { agentId }: AgentContext): Promise<void> {
  await tx.select({ id: agent.id }).from(agent).where(eq(agent.id, agentId)).for('no key update')
}

async function lockAttempt(tx: Transaction, ctx: AgentContext, { runId, attemptId, epoch }: EventChunk) {
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

async function writeChunk(
  tx: Transaction,
  ctx: AgentContext,
  locked: { run: RunRow; attempt: AttemptRow },
  events: SpooledEvent[],
  by: { memory: AttemptMemory; copyIn?: CopyIn },
): Promise<void> {
  await writeMetrics(tx, locked.attempt, events, by.memory, by.copyIn)
  await writeTexts(tx, locked.attempt, events)
  await writeGenerations(tx, ctx, locked.run.id, events)
  const { progress, checkpointStep, ...reported } = digestEvents(events, locked.run.progress)
  if (reported.probe && locked.run.kind === 'probe')
    await tx.update(agent).set({ probe: reported.probe }).where(eq(agent.id, ctx.agentId))
  if (progress) await tx.update(run).set({ progress }).where(eq(run.id, locked.run.id))
  await tx
    .update(attempt)
    .set({
      ackedSeq: events.at(-1)?.seq ?? locked.attempt.ackedSeq,
      ...(reported.environment ? { environment: reported.environment } : {}),
      ...(reported.preflight ? { preflight: reported.preflight } : {}),
      ...(reported.summary ? { summary: reported.summary } : {}),
      ...(reported.model ? { model: reported.model } : {}),
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
  const { status, error: failure, stopped = null } = event
  const decision = decide(state, { type: 'ended', status, failure, stopped }, ctx.now())
  if (decision.do !== 'change') return
  await applyDecision(tx, ctx, locked, decision, { results: event.results, failure: event.error })
}
