import { agent, attempt, newId, run, runSecret, type Transaction } from '@palate/db'
import { type HourlyPrice, type Lease, LeaseRequest, RunNeeds } from '@palate/protocol'
import { and, asc, desc, eq, isNotNull, isNull } from 'drizzle-orm'
import type { AgentContext } from '../context'
import { DomainError, required } from '../error'
import { notifyRun } from '../notify'
import { chooseGpus, findFree, totalCapacity } from './queue/capacity'
import type { RunRow } from './queue/insert'
import { lockNextQueued } from './queue/next-queued'
import type { AttemptRow } from './state/lock'
import { decide } from './state/transition'

/** Longer than any training. Each use also checks that the attempt is still running. */
const leaseTokenSeconds = 14 * 24 * 3600

/**
 * Leases the next run whose needs the agent meets, or returns null. An agent runs one attempt per GPU; without a GPU,
 * one. If the agent did not get the reply to its last request, it gets the same lease again, as long as the attempt has
 * recorded no event.
 */
export async function claimRun(ctx: AgentContext, raw: LeaseRequest): Promise<Lease | null> {
  const request = LeaseRequest.parse(raw)
  const { kinds } = request
  const claimed = await ctx.db.transaction(async (tx) => {
    const machine = await lockAgent(tx, ctx)
    const held = await findHeld(tx, ctx)
    const missed = held.find(({ made }) => made.ackedSeq === 0 && !request.holding.includes(made.id))
    if (missed) return { ...missed, resume: await findResume(tx, ctx, missed.run) }
    if (machine.draining) return null
    const gpusOf = held.map(({ made }) => made.gpus)
    const capacity = findFree(totalCapacity({ ...machine, kinds }), gpusOf, request.freeGpus)
    const id = capacity && (await lockNextQueued(tx, ctx.workspaceId, capacity, kinds))
    if (!capacity || !id) return null
    const found = await readRun(tx, id)
    const resume = found.leaseEpoch > 0 ? await findResume(tx, ctx, found) : null
    const gpus = chooseGpus(RunNeeds.parse(found.needs), capacity)
    const made = await startAttempt(tx, ctx, found, { gpus, price: machine.price })
    await notifyRun(tx, found)
    return { run: found, made, resume }
  })
  return claimed && toLease(ctx, claimed.run, claimed.made, claimed.resume)
}

async function lockAgent(tx: Transaction, ctx: AgentContext): Promise<typeof agent.$inferSelect> {
  const [row] = await tx
    .select()
    .from(agent)
    .where(and(eq(agent.id, ctx.agentId), eq(agent.workspaceId, ctx.workspaceId), isNull(agent.revokedAt)))
    .for('no key update')
  if (!row) throw new DomainError('unauthenticated', 'This agent was revoked.', 'Enroll it again.')
  return row
}

async function findHeld(tx: Transaction, ctx: AgentContext): Promise<{ run: RunRow; made: AttemptRow }[]> {
  return tx
    .select({ run, made: attempt })
    .from(attempt)
    .innerJoin(run, eq(run.id, attempt.runId))
    .where(and(eq(attempt.agentId, ctx.agentId), eq(attempt.status, 'running')))
    .orderBy(asc(attempt.startedAt), asc(attempt.id))
}

async function readRun(tx: Transaction, id: string): Promise<RunRow> {
  const [row] = await tx.select().from(run).where(eq(run.id, id))
  return required(row, 'The run')
}

/** The newest checkpoint of this run on this agent's disk. Checkpoints on other machines cannot be used. */
async function findResume(tx: Transaction, ctx: AgentContext, found: RunRow): Promise<Lease['resume']> {
  const [row] = await tx
    .select({ attemptId: attempt.id, step: attempt.checkpointStep })
    .from(attempt)
    .where(
      and(eq(attempt.runId, found.id), eq(attempt.agentId, ctx.agentId), isNotNull(attempt.checkpointStep)),
    )
    .orderBy(desc(attempt.number))
    .limit(1)
  if (!row || row.step === null) return null
  // A resumed run goes on from that checkpoint, and does not start over.
  const required = RunNeeds.parse(found.needs).checkpointStep !== null
  return { attemptId: row.attemptId, step: row.step, required }
}

async function startAttempt(
  tx: Transaction,
  ctx: AgentContext,
  found: RunRow,
  given: { gpus: string[]; price: HourlyPrice | null },
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
      leaseExpiresAt: new Date(now.getTime() + ctx.leaseMs),
      startedAt: now,
      ...given,
    })
    .returning()
  return required(row, 'The attempt')
}

async function toLease(
  ctx: AgentContext,
  found: RunRow,
  { id: attemptId, epoch, gpus }: AttemptRow,
  resume: Lease['resume'],
): Promise<Lease> {
  const claims = { workspaceId: ctx.workspaceId, agentId: ctx.agentId, runId: found.id, attemptId, epoch }
  return {
    runId: found.id,
    attemptId,
    epoch,
    kind: found.kind,
    seed: found.seed,
    stopAfterStep: found.stopAfterStep,
    config: found.config,
    inputs: found.inputs.map(({ name, sizeBytes, sha256 }) => ({
      name,
      sizeBytes,
      sha256,
      path: `/files/objects/${sha256}`,
    })),
    resume,
    token: await ctx.tickets.sign('lease', claims, leaseTokenSeconds),
    leaseMs: ctx.leaseMs,
    gpus,
    hubToken: found.kind === 'import' ? await readHubToken(ctx, found.id) : undefined,
  }
}

/** The access token that an import was given for the Hugging Face hub. */
async function readHubToken({ db, sealer }: AgentContext, runId: string): Promise<string | undefined> {
  const [row] = await db
    .select({ sealed: runSecret.sealed })
    .from(runSecret)
    .where(eq(runSecret.runId, runId))
  return (row && sealer.open(row.sealed, runId)) ?? undefined
}
