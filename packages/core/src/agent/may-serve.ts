import { agent } from '@palate/db'
import { and, eq, isNull } from 'drizzle-orm'
import type { Deps } from '../context'
import type { TicketClaims } from '../ticket'

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
