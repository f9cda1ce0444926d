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
import { isOutdated } from '../agent-status'
import type { AgentContext } from '../context'
import { DomainError } from '../error'
import { loseAttempt } from '../run/state/lose-attempt'
import { wishesOf } from '../run/state/wishes'
import { changeAgent } from './change'

const gone = {
  code: 'attempt_gone' as const,
  message: 'The agent reconnected, but it no longer runs this attempt.',
  remedy: 'Nothing to do. The run was queued again and resumes from its last checkpoint.',
}

/**
 * Records what a connected agent reports about itself. Of the attempts that it runs, it continues those whose lease it
 * still has (`keep`) and stops the others. `keep` includes ended attempts whose events are all recorded, so that the
 * agent gets the acknowledgment. An attempt that it should run but does not is lost at once, and its run is queued
 * again. The first hello with a new credential makes the old one invalid.
 *
 * @throws DomainError `invalid` when agent and hub have no protocol version in common, with the version that is needed
 */
export async function helloAgent(ctx: AgentContext, raw: unknown): Promise<HelloReply> {
  await checkProtocol(ctx, HelloHead.parse(raw))
  const { protocol, version, labels, kinds, hardware, serving, draining, running } = AgentHello.parse(raw)
  const event = { type: 'hello', draining, credentialHash: ctx.credentialHash ?? null } as const
  return ctx.db.transaction(async (tx) => {
    const reported = { protocol, version, labels, kinds, hardware, serving }
    await changeAgent(tx, ctx, ctx.agentId, event, reported)
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
      keep.push({ attemptId: held.attemptId, ackedSeq: held.ackedSeq, ...wishesOf(held) })
    }
    keep.push(...(await readDelivered(tx, ctx, running)))
    const kept = new Set(keep.map(({ attemptId }) => attemptId))
    const stop = running.map(({ attemptId }) => attemptId).filter((id) => !kept.has(id))
    return { agentId: ctx.agentId, protocol: protocolVersion, keep, stop }
  })
}

/** Records the protocol of a refused agent, so that the Agents page can show which version it needs. */
async function checkProtocol(ctx: AgentContext, { protocol, version }: HelloHead): Promise<void> {
  if (!isOutdated(protocol)) return
  const reported = { protocol, version }
  await ctx.db.transaction((tx) => changeAgent(tx, ctx, ctx.agentId, { type: 'hello-refused' }, reported))
  const versions =
    protocol.min === protocol.max
      ? `protocol ${protocol.max}`
      : `protocols ${protocol.min} to ${protocol.max}`
  const older = protocol.max < protocolVersion
  throw new DomainError(
    'invalid',
    `The agent (version ${version}) supports ${versions}; this hub supports protocol ${protocolVersion}.`,
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
      stopAfterStep: run.stopAfterStep,
    })
    .from(attempt)
    .innerJoin(run, eq(run.id, attempt.runId))
    .where(and(eq(attempt.agentId, ctx.agentId), eq(attempt.status, 'running')))
    .orderBy(asc(attempt.runId))
}

/** Attempts that have ended with all events recorded, but without the agent having the last acknowledgment. */
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
        (one) => one.attemptId === made.attemptId && one.epoch === made.epoch && one.lastSeq <= made.ackedSeq,
      ),
    )
    .map(({ attemptId, ackedSeq }) => ({ attemptId, ackedSeq, cancel: false, stopAfterStep: null }))
}
