import { agent, attempt, newId, run, type Transaction } from '@palate/db'
import { type HourlyPrice, type Lease, LeaseRequest, RunKind } from '@palate/protocol'
import { and, asc, desc, eq, inArray, isNotNull, isNull } from 'drizzle-orm'
import type { AgentContext } from '../context'
import { DomainError, required } from '../error'
import { notify } from '../notify'
import type { RunRow } from './insert'
import { leaseMs, leaseTokenSeconds } from './lease'
import type { AttemptRow } from './lock'
import { decide } from './transition'

/**
 * Gives the agent the run that waits longest among those it can do, or null: an agent works on one at a time. Where
 * the answer got lost on its way, the next request gets the same lease again, as long as nothing came of it.
 */
export async function claimRun(ctx: AgentContext, raw: LeaseRequest): Promise<Lease | null> {
  const kinds = LeaseRequest.parse(raw).kinds.filter((kind) => RunKind.safeParse(kind).success) as RunKind[]
  if (kinds.length === 0) return null
  const claimed = await ctx.db.transaction(async (tx) => {
    const { price } = await lockAgent(tx, ctx)
    const held = await findHeld(tx, ctx)
    if (held)
      return held.made.ackedSeq === 0 ? { ...held, resume: await findResume(tx, ctx, held.run.id) } : null
    const found = await lockNext(tx, ctx, kinds)
    if (!found) return null
    const resume = await findResume(tx, ctx, found.id)
    const made = await startAttempt(tx, ctx, found, price)
    await notify(tx, { workspaceId: ctx.workspaceId, topic: 'run', id: found.id })
    return { run: found, made, resume }
  })
  return claimed && toLease(ctx, claimed.run, claimed.made, claimed.resume)
}

async function lockAgent(tx: Transaction, ctx: AgentContext): Promise<{ price: HourlyPrice | null }> {
  const [row] = await tx
    .select({ price: agent.price })
    .from(agent)
    .where(and(eq(agent.id, ctx.agentId), eq(agent.workspaceId, ctx.workspaceId), isNull(agent.revokedAt)))
    .for('no key update')
  if (!row) throw new DomainError('unauthenticated', 'This agent was revoked.', 'Enrol it again.')
  return row
}

async function findHeld(
  tx: Transaction,
  ctx: AgentContext,
): Promise<{ run: RunRow; made: AttemptRow } | null> {
  const [row] = await tx
    .select({ run, made: attempt })
    .from(attempt)
    .innerJoin(run, eq(run.id, attempt.runId))
    .where(and(eq(attempt.agentId, ctx.agentId), eq(attempt.status, 'running')))
    .limit(1)
  return row ?? null
}

async function lockNext(tx: Transaction, ctx: AgentContext, kinds: RunKind[]): Promise<RunRow | null> {
  const [row] = await tx
    .select()
    .from(run)
    .where(and(eq(run.workspaceId, ctx.workspaceId), eq(run.status, 'queued'), inArray(run.kind, kinds)))
    .orderBy(desc(run.priority), asc(run.createdAt), asc(run.number))
    .limit(1)
    .for('update', { skipLocked: true })
  return row ?? null
}

/** The newest checkpoint of this run on this agent's disk: another machine's checkpoints are out of reach. */
async function findResume(tx: Transaction, ctx: AgentContext, runId: string): Promise<Lease['resume']> {
  const [row] = await tx
    .select({ attemptId: attempt.id, step: attempt.checkpointStep })
    .from(attempt)
    .where(and(eq(attempt.runId, runId), eq(attempt.agentId, ctx.agentId), isNotNull(attempt.checkpointStep)))
    .orderBy(desc(attempt.number))
    .limit(1)
  return row && row.step !== null ? { attemptId: row.attemptId, step: row.step } : null
}

async function startAttempt(
  tx: Transaction,
  ctx: AgentContext,
  found: RunRow,
  price: HourlyPrice | null,
): Promise<AttemptRow> {
  const now = ctx.now()
  const epoch = found.leaseEpoch + 1
  const decision = decide({ ...found, attempts: found.leaseEpoch }, { type: 'claimed' }, now)
  if (decision.do !== 'change') throw new DomainError('conflict', 'The run is not waiting for an agent.')
  await tx
    .update(run)
    .set({ ...decision.run, startedAt: found.startedAt ?? now, leaseEpoch: epoch })
    .where(eq(run.id, found.id))
  const [row] = await tx
    .insert(attempt)
    .values({
      id: newId('att'),
      workspaceId: ctx.workspaceId,
      runId: found.id,
      number: epoch,
      agentId: ctx.agentId,
      epoch,
      status: 'running',
      leaseExpiresAt: new Date(now.getTime() + leaseMs),
      startedAt: now,
      price,
    })
    .returning()
  return required(row, 'The attempt')
}

async function toLease(
  ctx: AgentContext,
  found: RunRow,
  { id: attemptId, epoch }: AttemptRow,
  resume: Lease['resume'],
): Promise<Lease> {
  const claims = { workspaceId: ctx.workspaceId, agentId: ctx.agentId, runId: found.id, attemptId, epoch }
  return {
    runId: found.id,
    attemptId,
    epoch,
    kind: found.kind,
    seed: found.seed,
    config: found.config,
    inputs: found.inputs.map(({ name, sizeBytes, sha256 }) => ({
      name,
      sizeBytes,
      sha256,
      path: `/files/objects/${sha256}`,
    })),
    resume,
    token: await ctx.tickets.sign('lease', claims, leaseTokenSeconds),
    leaseMs,
    gpus: [],
  }
}
