import { attempt, run } from '@palate/db'
import { LeaseRenewal, type LeaseRenewalReply } from '@palate/protocol'
import { and, eq } from 'drizzle-orm'
import type { AgentContext, Deps } from '../context'
import { inWorkspace } from '../tenant'
import type { TicketClaims } from '../ticket'
import { decideAttempt } from './state/attempt-transition'
import { wishesOf } from './state/wishes'

/**
 * Renews a lease that is still valid, and repeats what users ask of the run. `lost`: the attempt was lost or replaced; an
 * attempt that has ended is not lost.
 */
export async function renewLease(ctx: AgentContext, raw: LeaseRenewal): Promise<LeaseRenewalReply> {
  const { runId, attemptId, epoch } = LeaseRenewal.parse(raw)
  const own = and(
    eq(attempt.id, attemptId),
    eq(attempt.runId, runId),
    eq(attempt.agentId, ctx.agentId),
    eq(attempt.workspaceId, ctx.workspaceId),
  )
  const [found] = await ctx.db
    .select({ made: attempt, run: { status: run.status, stopAfterStep: run.stopAfterStep } })
    .from(attempt)
    .innerJoin(run, eq(run.id, attempt.runId))
    .where(own)
  const event = { type: 'renewed', epoch, leaseMs: ctx.leaseMs } as const
  if (!found) return { lost: true, cancel: false, stopAfterStep: null }
  const decision = decideAttempt(found.made, event, ctx.now())
  if (decision.do !== 'change') return { lost: decision.do !== 'nothing', cancel: false, stopAfterStep: null }
  const [held] = await ctx.db
    .update(attempt)
    .set(decision.attempt)
    .where(and(own, eq(attempt.epoch, epoch), eq(attempt.status, 'running')))
    .returning({ id: attempt.id })
  // It ended or was lost since the read above, so this recursion ends.
  if (!held) return renewLease(ctx, raw)
  return { lost: false, ...wishesOf(found.run) }
}

/**
 * Where an input of a leased run is stored: the lease's token gives access to it while the attempt runs. Null for any other
 * object.
 */
export async function findInput(
  deps: Deps,
  lease: TicketClaims<'lease'>,
  sha256: string,
): Promise<string | null> {
  const [row] = await inWorkspace(deps, lease.workspaceId)
    .db.select({ inputs: run.inputs, made: attempt })
    .from(attempt)
    .innerJoin(run, eq(run.id, attempt.runId))
    .where(
      and(
        eq(attempt.id, lease.attemptId),
        eq(attempt.workspaceId, lease.workspaceId),
        eq(attempt.agentId, lease.agentId),
      ),
    )
  if (!row || decideAttempt(row.made, { type: 'wrote', epoch: lease.epoch }, deps.now()).do === 'refuse')
    return null
  return row.inputs.find((input) => input.sha256 === sha256)?.storageKey ?? null
}
