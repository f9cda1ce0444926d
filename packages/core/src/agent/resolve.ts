import { agent } from '@palate/db'
import { and, eq, isNull, or } from 'drizzle-orm'
import type { AgentContext, Deps } from '../context'
import { DomainError } from '../error'
import { hashSecret } from '../secret'

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
