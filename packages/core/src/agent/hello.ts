import { attempt, run, type Transaction } from '@palate/db'
import {
  AgentHello,
  agentVersionOf,
  HelloHead,
  type HelloReply,
  protocolVersion,
  type RunningAttempt,
} from '@palate/protocol'
import { and, asc, eq, inArray, notInArray } from 'drizzle-orm'
import type { AgentContext } from '../context'
import { DomainError } from '../error'
import { loseAttempt } from '../run/state/lose-attempt'
import { changeAgent } from './change'
import { isOutdated } from './online'

const gone = {
  code: 'attempt_gone' as const,
  message: 'The agent came back without this attempt.',
  remedy: 'Nothing to do: the run was queued again and goes on from its last checkpoint.',
}

/**
 * An agent has connected and says what it is and what it runs. What is still its own goes on (`keep`), what is not
 * must stop; what has come to its end, and of which the agent has nothing that is not recorded, is kept too, so that
 * it hears that all arrived; an attempt that it should run but does not is lost at once and its run is queued again.
 * The first hello under a new credential ends the old one.
 *
 * @throws DomainError `invalid` where the two have no protocol in common, with the version that is needed
 */
export async function helloAgent(ctx: AgentContext, raw: unknown): Promise<HelloReply> {
  await checkProtocol(ctx, HelloHead.parse(raw))
  const { protocol, version, labels, kinds, hardware, serving, draining, running } = AgentHello.parse(raw)
  const event = { type: 'hello', draining, credentialHash: ctx.credentialHash ?? null } as const
  return ctx.db.transaction(async (tx) => {
    const told = { protocol, version, labels, kinds, hardware, serving }
    await changeAgent(tx, ctx, ctx.agentId, event, told)
    const keep: HelloReply['keep'] = []
    for (const held of await readHeld(tx, ctx)) {
      const known = running.find((one) => one.attemptId === held.attemptId && one.epoch === held.epoch)
      if (!known) {
        await loseAttempt(tx, ctx, held, gone)
        continue
      }
      await tx
        .update(attempt)
        .set({ leaseExpiresAt: new Date(ctx.now().getTime() + ctx.leaseMs) })
        .where(eq(attempt.id, held.attemptId))
      keep.push({ attemptId: held.attemptId, ackedSeq: held.ackedSeq, cancel: held.status === 'canceling' })
    }
    keep.push(...(await readDelivered(tx, ctx, running)))
    const kept = new Set(keep.map(({ attemptId }) => attemptId))
    const stop = running.map(({ attemptId }) => attemptId).filter((id) => !kept.has(id))
    return { agentId: ctx.agentId, protocol: protocolVersion, keep, stop }
  })
}

/** One that is sent away is written down with what it speaks, for the Agents page to say what it needs. */
async function checkProtocol(ctx: AgentContext, { protocol, version }: HelloHead): Promise<void> {
  if (!isOutdated(protocol)) return
  const told = { protocol, version }
  await ctx.db.transaction((tx) => changeAgent(tx, ctx, ctx.agentId, { type: 'hello-refused' }, told))
  const speaks =
    protocol.min === protocol.max
      ? `protocol ${protocol.max}`
      : `protocols ${protocol.min} to ${protocol.max}`
  const older = protocol.max < protocolVersion
  throw new DomainError(
    'invalid',
    `The agent (version ${version}) speaks ${speaks}; this hub speaks protocol ${protocolVersion}.`,
    older ? `Update the agent to version ${agentVersionOf[protocolVersion]} or newer.` : 'Update the hub.',
  )
}

async function readHeld(tx: Transaction, ctx: AgentContext) {
  return tx
    .select({
      attemptId: attempt.id,
      runId: attempt.runId,
      epoch: attempt.epoch,
      ackedSeq: attempt.ackedSeq,
      status: run.status,
    })
    .from(attempt)
    .innerJoin(run, eq(run.id, attempt.runId))
    .where(and(eq(attempt.agentId, ctx.agentId), eq(attempt.status, 'running')))
    .orderBy(asc(attempt.runId))
}

/** Attempts whose end is recorded and whose last acknowledgement got lost. */
async function readDelivered(
  tx: Transaction,
  ctx: AgentContext,
  running: RunningAttempt[],
): Promise<HelloReply['keep']> {
  if (running.length === 0) return []
  const ids = running.map(({ attemptId }) => attemptId)
  const ended = await tx
    .select({ attemptId: attempt.id, epoch: attempt.epoch, ackedSeq: attempt.ackedSeq })
    .from(attempt)
    .where(
      and(
        inArray(attempt.id, ids),
        eq(attempt.agentId, ctx.agentId),
        notInArray(attempt.status, ['running', 'lost']),
      ),
    )
  return ended
    .filter((made) =>
      running.some(
        (told) =>
          told.attemptId === made.attemptId && told.epoch === made.epoch && told.lastSeq <= made.ackedSeq,
      ),
    )
    .map(({ attemptId, ackedSeq }) => ({ attemptId, ackedSeq, cancel: false }))
}
