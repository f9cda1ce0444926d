import { agent } from '@palate/db'
import { and, eq, isNull, or } from 'drizzle-orm'
import type { AgentContext } from '../context'

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
