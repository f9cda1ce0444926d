import { agent } from '@palate/db'
import type { RotateReply } from '@palate/protocol'
import { and, eq, isNull, or } from 'drizzle-orm'
import { audit } from '../audit'
import type { AgentContext, Deps, ServiceContext } from '../context'
import { DomainError } from '../error'
import { authorize } from '../permission'
import { hashSecret, newSecret } from '../secret'
import type { TicketClaims } from '../ticket'
import { changeAgent } from './change'
import { AgentRef } from './schemas'

/** The agent of this context, as long as it is not revoked and the credential that it came in with still holds. */
export function stillEnrolled({ agentId, workspaceId, credentialHash }: AgentContext) {
  const holds = credentialHash
    ? or(eq(agent.credentialHash, credentialHash), eq(agent.nextCredentialHash, credentialHash))
    : undefined
  return and(eq(agent.id, agentId), eq(agent.workspaceId, workspaceId), isNull(agent.revokedAt), holds)
}

/** Whether a socket that was let in earlier may stay. */
export async function isStillEnrolled(ctx: AgentContext): Promise<boolean> {
  return (await ctx.db.$count(agent, stillEnrolled(ctx))) > 0
}

/**
 * The agent behind a credential (`pag_…`), the one it has or the one it was given to change to.
 * @throws DomainError `unauthenticated` when it is unknown, replaced or revoked
 */
export async function resolveAgent(deps: Deps, credential: string): Promise<AgentContext> {
  const credentialHash = hashSecret(credential)
  const [found] = await deps.db
    .select({ agentId: agent.id, workspaceId: agent.workspaceId })
    .from(agent)
    .where(
      and(
        or(eq(agent.credentialHash, credentialHash), eq(agent.nextCredentialHash, credentialHash)),
        isNull(agent.revokedAt),
      ),
    )
  if (found) return { ...deps, ...found, credentialHash }
  throw new DomainError(
    'unauthenticated',
    'This agent is not enrolled, or it was revoked.',
    'Enroll it again with a new code from the Agents page.',
  )
}

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

/** Whether a ticket to serve opens this object: it names it, and its agent was not revoked since. */
export async function mayServeObject(
  deps: Deps,
  { agentId, workspaceId, objects }: TicketClaims<'serve'>,
  sha256: string,
): Promise<boolean> {
  if (!objects.includes(sha256)) return false
  const own = and(eq(agent.id, agentId), eq(agent.workspaceId, workspaceId), isNull(agent.revokedAt))
  return (await deps.db.$count(agent, own)) > 0
}
