import { attempt, run } from '@palate/db'
import { LeaseRenewal, type LeaseRenewalReply } from '@palate/protocol'
import { and, eq } from 'drizzle-orm'
import type { AgentContext } from '../context'

/** Prolongs a lease that still holds, and repeats a wish to cancel. `lost`: another attempt has taken over. */
export async function renewLease(ctx: AgentContext, raw: LeaseRenewal): Promise<LeaseRenewalReply> {
  const { runId, attemptId, epoch } = LeaseRenewal.parse(raw)
  const [held] = await ctx.db
    .update(attempt)
    .set({ leaseExpiresAt: new Date(ctx.now().getTime() + ctx.leaseMs) })
    .where(
      and(
        eq(attempt.id, attemptId),
        eq(attempt.runId, runId),
        eq(attempt.agentId, ctx.agentId),
        eq(attempt.workspaceId, ctx.workspaceId),
        eq(attempt.epoch, epoch),
        eq(attempt.status, 'running'),
      ),
    )
    .returning({ id: attempt.id })
  if (!held) return { lost: true, cancel: false }
  const [row] = await ctx.db
    .select({ status: run.status })
    .from(run)
    .where(and(eq(run.id, runId), eq(run.workspaceId, ctx.workspaceId)))
  return { lost: false, cancel: row?.status === 'cancelling' }
}
