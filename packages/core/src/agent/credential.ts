import { agent } from '@palate/db'
import type { RotateReply } from '@palate/protocol'
import { and, eq, isNull, or } from 'drizzle-orm'
import { audit } from '../audit'
import type { AgentContext, Deps, ServiceContext } from '../context'
import { DomainError } from '../error'
import { authorize } from '../permission'
import { hashSecret, newSecret } from '../secret'
import { acrossWorkspaces, inWorkspace } from '../tenant'
import type { TicketClaims } from '../ticket'
import { changeAgent } from './change'
import { AgentRef } from './schemas'

/** Selects the context's agent, if it is not revoked and the credential that it connected with is still valid. */
export function enrolledAgent({ agentId, workspaceId, credentialHash }: AgentContext) {
  const holds = credentialHash
    ? or(eq(agent.credentialHash, credentialHash), eq(agent.nextCredentialHash, credentialHash))
    : undefined
  return and(eq(agent.id, agentId), eq(agent.workspaceId, workspaceId), isNull(agent.revokedAt), holds)
}

/** Whether an open socket of this agent may stay open. */
export async function isStillEnrolled(ctx: AgentContext): Promise<boolean> {
  return (await ctx.db.$count(agent, enrolledAgent(ctx))) > 0
}

/**
 * Finds the agent of a credential (`pag_…`): its current one or its next one.
 * @throws DomainError `unauthenticated` when the credential is unknown, replaced or revoked
 */
export async function resolveAgent(deps: Deps, credential: string): Promise<AgentContext> {
  const credentialHash = hashSecret(credential)
  const [found] = await acrossWorkspaces(deps, 'agent')
    .db.select({ agentId: agent.id, workspaceId: agent.workspaceId })
    .from(agent)
    .where(
      and(
        or(eq(agent.credentialHash, credentialHash), eq(agent.nextCredentialHash, credentialHash)),
        isNull(agent.revokedAt),
      ),
    )
  if (found) return { ...inWorkspace(deps, found.workspaceId), ...found, credentialHash }
  throw new DomainError(
    'unauthenticated',
    'This agent is not enrolled, or it was revoked.',
    'Enroll it again with a new code from the Agents page.',
  )
}

/** Asks an agent to change its credential. An agent that is offline gets the request at its next hello. */
export async function requestRotation(ctx: ServiceContext, raw: AgentRef): Promise<void> {
  authorize(ctx, 'agent:write')
  const { id } = AgentRef.parse(raw)
  await ctx.db.transaction(async (tx) => {
    await changeAgent(tx, ctx, id, { type: 'rotate-requested' })
    await audit(tx, ctx, 'agent.rotate', id)
  })
}

/**
 * Issues the new credential of an agent that was asked to change. Only this reply contains it. The old one stays valid
 * until the first hello with the new one, so an agent that did not get the reply can ask again.
 *
 * @throws DomainError `conflict` when no change was requested
 */
export async function rotateCredential(ctx: AgentContext): Promise<RotateReply> {
  const credential = newSecret('pag')
  const event = { type: 'rotate', hash: hashSecret(credential) } as const
  await ctx.db.transaction((tx) => changeAgent(tx, ctx, ctx.agentId, event))
  return { credential }
}

/** Whether a `serve` ticket gives access to this object: the ticket lists it, and its agent is not revoked. */
export async function mayServeObject(
  deps: Deps,
  { agentId, workspaceId, objects }: TicketClaims<'serve'>,
  sha256: string,
): Promise<boolean> {
  if (!objects.includes(sha256)) return false
  const own = and(eq(agent.id, agentId), eq(agent.workspaceId, workspaceId), isNull(agent.revokedAt))
  return (await inWorkspace(deps, workspaceId).db.$count(agent, own)) > 0
}
