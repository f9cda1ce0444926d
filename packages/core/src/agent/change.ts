import { agent, type Transaction } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import { DomainError, required } from '../error'
import { notify, notifyAgents } from '../notify'
import { type AgentDecision, type AgentEvent, decideAgent } from './transition'

export type AgentRow = typeof agent.$inferSelect

/**
 * Locks an agent, decides what the event changes, writes it, and sends the notices when the transaction commits.
 * `more` are columns to write that do not influence the decision.
 *
 * @returns the row before the change; `changed` is false when the event changed nothing
 * @throws DomainError with the decision's code when the event is refused
 */
export async function changeAgent(
  tx: Transaction,
  ctx: { workspaceId: string; now: () => Date },
  id: string,
  event: AgentEvent,
  more: Partial<AgentRow> = {},
): Promise<{ row: AgentRow; changed: boolean }> {
  const own = and(eq(agent.id, id), eq(agent.workspaceId, ctx.workspaceId))
  const [found] = await tx.select().from(agent).where(own).for('no key update')
  const row = required(found, 'This agent')
  const decision = decideAgent(row, event, ctx.now())
  if (decision.do === 'refuse') throw refused(decision)
  if (decision.do === 'nothing') return { row, changed: false }
  await tx
    .update(agent)
    .set({ ...more, ...decision.agent })
    .where(own)
  // Every hub checks the sockets of this agent again and closes those without a valid credential.
  if (decision.next === 'revoked' || decision.next === 'rotated')
    await notifyAgents(tx, { agentId: id, about: 'revoked', attemptId: null })
  if (decision.next === 'ask-rotate')
    await notifyAgents(tx, { agentId: id, about: 'rotate', attemptId: null })
  await notify(tx, { workspaceId: ctx.workspaceId, topic: 'agent', id })
  return { row, changed: true }
}

function refused({ code, because }: AgentDecision & { do: 'refuse' }): DomainError {
  return new DomainError(code, because, code === 'unauthenticated' ? 'Enroll it again.' : undefined)
}
