import { attempt, runProofRow, user } from '@palate/db'
import { and, asc, desc, eq, isNotNull, sql } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { DomainError } from '../error'
import { groupBy } from '../group-by'
import { authorize } from '../permission'
import { findOwnRun } from './get'
import type { RunRow } from './insert'
import { RunProofRowInput, type RunProofRowView, type RunProofView, RunRef } from './schemas'

/** What the newest attempt proved about its data before it trained, or null while none has. */
export async function getRunProof(ctx: ServiceContext, raw: RunRef): Promise<RunProofView | null> {
  authorize(ctx, 'run:read')
  const found = await findOwnRun(ctx, RunRef.parse(raw).id)
  const proved = await findProved(ctx, found.id)
  if (!proved?.proof) return null
  const sequences = await ctx.db
    .select({ row: runProofRow.row, faults: sql<string[]>`${runProofRow.sequence} -> 'faults'` })
    .from(runProofRow)
    .where(eq(runProofRow.attemptId, proved.id))
    .orderBy(asc(runProofRow.seq))
  const rows = [...groupBy(sequences, ({ row }) => row)].map(([row, parts]) => ({
    row,
    faults: [...new Set(parts.flatMap(({ faults }) => faults))],
  }))
  const override = await readOverride(ctx, found, proved.proof.overridden)
  return { report: proved.proof, attemptNumber: proved.number, override, rows }
}

/** The exact tokens of one sampled row, each with its mark. @throws DomainError `not_found` for a row not sampled */
export async function getRunProofRow(ctx: ServiceContext, raw: RunProofRowInput): Promise<RunProofRowView> {
  authorize(ctx, 'run:read')
  const { runId, row } = RunProofRowInput.parse(raw)
  await findOwnRun(ctx, runId)
  const proved = await findProved(ctx, runId)
  const parts = await ctx.db
    .select({ sequence: runProofRow.sequence })
    .from(runProofRow)
    .where(and(eq(runProofRow.attemptId, proved?.id ?? ''), eq(runProofRow.row, row)))
    .orderBy(asc(runProofRow.seq))
  if (parts.length === 0) throw new DomainError('not_found', `Row ${row} is not in this run's sample.`)
  return { row, sequences: parts.map(({ sequence }) => sequence) }
}

async function findProved(ctx: ServiceContext, runId: string) {
  const [row] = await ctx.db
    .select({ id: attempt.id, number: attempt.number, proof: attempt.proof })
    .from(attempt)
    .where(and(eq(attempt.runId, runId), eq(attempt.workspaceId, ctx.workspaceId), isNotNull(attempt.proof)))
    .orderBy(desc(attempt.number))
    .limit(1)
  return row ?? null
}

async function readOverride(
  ctx: ServiceContext,
  { createdBy, createdAt }: RunRow,
  faults: string[],
): Promise<RunProofView['override']> {
  if (faults.length === 0) return null
  const [person] = createdBy
    ? await ctx.db.select({ name: user.name }).from(user).where(eq(user.id, createdBy))
    : []
  return { faults, by: person?.name ?? 'the system', at: createdAt }
}
