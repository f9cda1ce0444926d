import { attempt } from '@palate/db'
import { and, asc, eq } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { loseAttempt } from '../run/state/lose-attempt'
import { changeAgent } from './change'
import { AgentRef } from './schemas'

const revoked = {
  code: 'agent_revoked' as const,
  message: 'The agent was revoked while it worked on this run.',
  remedy: 'Nothing to do. The run was queued again for another agent.',
}

/** Revokes an agent's credential, closes its socket, and queues its runs again. A repeated call changes nothing. */
export async function revokeAgent(ctx: ServiceContext, raw: AgentRef): Promise<void> {
  authorize(ctx, 'agent:write')
  const { id } = AgentRef.parse(raw)
  await ctx.db.transaction(async (tx) => {
    const { changed } = await changeAgent(tx, ctx, id, { type: 'revoke' })
    if (!changed) return
    const held = await tx
      .select({ attemptId: attempt.id, runId: attempt.runId })
      .from(attempt)
      .where(and(eq(attempt.agentId, id), eq(attempt.status, 'running')))
      .orderBy(asc(attempt.runId))
    for (const one of held) await loseAttempt(tx, ctx, one, revoked)
    await audit(tx, ctx, 'agent.revoke', id)
  })
}
