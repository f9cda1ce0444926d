import { agent, attempt, run, type Transaction } from '@palate/db'
import { AgentHello, type HelloReply, protocolVersion } from '@palate/protocol'
import { and, asc, eq } from 'drizzle-orm'
import type { AgentContext } from '../context'
import { DomainError } from '../error'
import { notify } from '../notify'
import { loseAttempt } from '../run/lose-attempt'

const gone = {
  code: 'attempt-gone',
  message: 'The agent came back without this attempt.',
  remedy: 'Nothing to do: the run was queued again and goes on from its last checkpoint.',
}

/**
 * An agent has connected and says what it is and what it runs. What is still its own goes on (`keep`), what is not
 * must stop; an attempt that it should run but does not is lost at once and its run is queued again.
 */
export async function helloAgent(ctx: AgentContext, raw: AgentHello): Promise<HelloReply> {
  const hello = AgentHello.parse(raw)
  checkProtocol(hello)
  return ctx.db.transaction(async (tx) => {
    await writeAgent(tx, ctx, hello)
    const keep: HelloReply['keep'] = []
    for (const held of await readHeld(tx, ctx)) {
      const told = hello.running.find((one) => one.attemptId === held.attemptId && one.epoch === held.epoch)
      if (!told) {
        await loseAttempt(tx, ctx, held, gone)
        continue
      }
      await tx
        .update(attempt)
        .set({ leaseExpiresAt: new Date(ctx.now().getTime() + ctx.leaseMs) })
        .where(eq(attempt.id, held.attemptId))
      keep.push({ attemptId: held.attemptId, ackedSeq: held.ackedSeq, cancel: held.status === 'cancelling' })
    }
    const kept = new Set(keep.map(({ attemptId }) => attemptId))
    const stop = hello.running.map(({ attemptId }) => attemptId).filter((id) => !kept.has(id))
    await notify(tx, { workspaceId: ctx.workspaceId, topic: 'agent', id: ctx.agentId })
    return { agentId: ctx.agentId, protocol: protocolVersion, keep, stop }
  })
}

function checkProtocol({ protocol }: AgentHello): void {
  if (protocol.min <= protocolVersion && protocolVersion <= protocol.max) return
  const older = protocol.max < protocolVersion
  throw new DomainError(
    'invalid',
    `The agent speaks protocol ${protocol.min} to ${protocol.max}, the hub speaks ${protocolVersion}.`,
    older ? 'Update the agent.' : 'Update the hub.',
  )
}

async function writeAgent(tx: Transaction, ctx: AgentContext, hello: AgentHello): Promise<void> {
  const { version, labels, kinds, hardware, serving } = hello
  const now = ctx.now()
  await tx
    .update(agent)
    .set({ version, labels, kinds, hardware, serving, connectedAt: now, lastSeenAt: now })
    .where(and(eq(agent.id, ctx.agentId), eq(agent.workspaceId, ctx.workspaceId)))
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
