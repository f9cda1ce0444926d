import type { RotateReply } from '@palate/protocol'
import { audit } from '../audit'
import type { AgentContext, ServiceContext } from '../context'
import { authorize } from '../permission'
import { hashSecret, newSecret } from '../secret'
import { changeAgent } from './change'
import { AgentRef } from './schemas'

/** Wishes that an agent changes its credential. One that is offline hears of it with its next hello. */
export async function requestRotation(ctx: ServiceContext, raw: AgentRef): Promise<void> {
  authorize(ctx, 'agent:write')
  const { id } = AgentRef.parse(raw)
  await ctx.db.transaction(async (tx) => {
    await changeAgent(tx, ctx, id, { type: 'rotate-requested' })
    await audit(tx, ctx, 'agent.rotate', id)
  })
}

/**
 * The new credential of an agent that was asked to change: in this answer and nowhere else. The old one holds until
 * the first hello under the new, so an answer that gets lost locks nobody out: the agent asks again.
 *
 * @throws DomainError `conflict` when nobody wished it
 */
export async function rotateCredential(ctx: AgentContext): Promise<RotateReply> {
  const credential = newSecret('pag')
  const event = { type: 'rotate', hash: hashSecret(credential) } as const
  await ctx.db.transaction((tx) => changeAgent(tx, ctx, ctx.agentId, event))
  return { credential }
}
