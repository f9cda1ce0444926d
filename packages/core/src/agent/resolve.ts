import { agent } from '@palate/db'
import { and, eq, isNull } from 'drizzle-orm'
import type { AgentContext, Deps } from '../context'
import { DomainError } from '../error'
import { hashSecret } from '../secret'

/** The agent behind a credential (`pag_…`). @throws DomainError `unauthenticated` when it is unknown or revoked */
export async function resolveAgent(deps: Deps, credential: string): Promise<AgentContext> {
  const [found] = await deps.db
    .select({ agentId: agent.id, workspaceId: agent.workspaceId })
    .from(agent)
    .where(and(eq(agent.credentialHash, hashSecret(credential)), isNull(agent.revokedAt)))
  if (found) return { ...deps, ...found }
  throw new DomainError(
    'unauthenticated',
    'This agent is not enrolled, or it was revoked.',
    'Enrol it again with a new code from the Agents page.',
  )
}
