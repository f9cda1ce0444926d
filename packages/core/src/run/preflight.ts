import { attempt, runPreflightRow, user } from '@palate/db'
import { and, asc, desc, eq, isNotNull, sql } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { DomainError } from '../error'
import { groupBy } from '../group-by'
import { authorize } from '../permission'
import type { RunRow } from './queue/insert'
import { findOwnRun } from './read'
import { RunPreflightRowInput, type RunPreflightRowView, type RunPreflightView, RunRef } from './schemas'

/** The preflight of the newest attempt that has one, or null. */
export async function getRunPreflight(ctx: ServiceContext, raw: RunRef): Promise<RunPreflightView | null> {
  authorize(ctx, 'run:read')
  const found = await findOwnRun(ctx, RunRef.parse(raw).id)
  const proved = await findPreflight(ctx, found.id)
  if (!proved?.preflight) return null
  const sequences = await ctx.db
    .select({ row: runPreflightRow.row, faults: sql<string[]>`${runPreflightRow.sequence} -> 'faults'` })
    .from(runPreflightRow)
    .where(eq(runPreflightRow.attemptId, proved.id))
    .orderBy(asc(runPreflightRow.seq))
  const rows = [...groupBy(sequences, ({ row }) => row)].map(([row, parts]) => ({
    row,
    faults: [...new Set(parts.flatMap(({ faults }) => faults))],
  }))
  const override = await readOverride(ctx, found, proved.preflight.overridden)
  return { report: proved.preflight, attemptNumber: proved.number, override, rows }
}

/** The exact tokens of one sampled row with their marks. @throws DomainError `not_found` for a row that is not sampled */
export async function getRunPreflightRow(
  ctx: ServiceContext,
  raw: RunPreflightRowInput,
): Promise<RunPreflightRowView> {
  authorize(ctx, 'run:read')
  const { runId, row } = RunPreflightRowInput.parse(raw)
  await findOwnRun(ctx, runId)
  const proved = await findPreflight(ctx, runId)
  const parts = await ctx.db
    .select({ sequence: runPreflightRow.sequence })
    .from(runPreflightRow)
    .where(and(eq(runPreflightRow.attemptId, proved?.id ?? ''), eq(runPreflightRow.row, row)))
    .orderBy(asc(runPreflightRow.seq))
  if (parts.length === 0) throw new DomainError('not_found', `Row ${row} is not in this run's sample.`)
  return { row, sequences: parts.map(({ sequence }) => sequence) }
}

async function findPreflight(ctx: ServiceContext, runId: string) {
  const [row] = await ctx.db
    .select({ id: attempt.id, number: attempt.number, preflight: attempt.preflight })
    .from(attempt)
    .where(
      and(eq(attempt.runId, runId), eq(attempt.workspaceId, ctx.workspaceId), isNotNull(attempt.preflight)),
    )
    .orderBy(desc(attempt.number))
    .limit(1)
  return row ?? null
}

async function readOverride(
  ctx: ServiceContext,
  { createdBy, createdAt }: RunRow,
  faults: string[],
): Promise<RunPreflightView['override']> {
  if (faults.length === 0) return null
  const [person] = createdBy
    ? await ctx.db.select({ name: user.name }).from(user).where(eq(user.id, createdBy))
    : []
  return { faults, by: person?.name ?? 'the system', at: createdAt }
}
