import { agent, attempt } from '@palate/db'
import {
  describeWork,
  type EstimateKind,
  estimateKinds,
  findPeakFlops,
  flopsPerToken,
  type RunSummary,
} from '@palate/protocol'
import { and, asc, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import type { AttemptSummaryView, RunSummaryView } from './estimate/schemas'
import { baseKey, loadBaseShape } from './estimate/shape'
import type { RunRow } from './queue/insert'
import { findOwnRun } from './read'
import { RunRef } from './schemas'
import type { AttemptRow } from './state/lock'

/** What each attempt of a run measured, its estimate, and the run's cost. */
export async function getRunSummary(ctx: ServiceContext, raw: RunRef): Promise<RunSummaryView> {
  authorize(ctx, 'run:read')
  const found = await findOwnRun(ctx, RunRef.parse(raw).id)
  const rows = await ctx.db
    .select({ attempt, agentName: agent.name })
    .from(attempt)
    .innerJoin(agent, eq(agent.id, attempt.agentId))
    .where(and(eq(attempt.runId, found.id), eq(attempt.workspaceId, ctx.workspaceId)))
    .orderBy(asc(attempt.number))
  const flopsOf = await loadFlops(ctx, found)
  const attempts = rows.flatMap(({ attempt: row, agentName }): AttemptSummaryView[] => {
    if (!row.summary) return []
    const flopsPerSecond = flopsOf(row)
    const peak = findPeakFlops(row.summary.device ?? '')
    const estimate = found.estimates.find(({ agentId }) => agentId === row.agentId) ?? null
    const utilization = flopsPerSecond !== null && peak !== null ? flopsPerSecond / peak : null
    return [{ number: row.number, agentName, summary: row.summary, flopsPerSecond, utilization, estimate }]
  })
  return {
    attempts,
    cost: sumCost(
      rows.map((row) => row.attempt),
      ctx.now(),
    ),
  }
}

/** Model FLOPs per second of an attempt, from its useful tokens and the model's shape. */
async function loadFlops(
  ctx: ServiceContext,
  found: RunRow,
): Promise<(row: Pick<AttemptRow, 'summary' | 'preflight'>) => number | null> {
  const kind = estimateKinds.find((one) => one === found.kind)
  const work = kind && describeWork(kind, found.config, await loadBase(ctx, found, kind), null)
  if (!work) return () => null
  return ({ summary, preflight }) => {
    if (!summary?.usefulTokensPerSecond) return null
    const meanLength = preflight
      ? (preflight.trained + preflight.masked) / Math.max(1, preflight.sequences)
      : 0
    const share = scoredShare(summary)
    return summary.usefulTokensPerSecond * flopsPerToken(work.shape, work.settings, meanLength, share)
  }
}

async function loadBase(ctx: ServiceContext, { lineage }: RunRow, kind: EstimateKind) {
  const key = baseKey(lineage)
  return kind === 'pretrain' || !key ? null : loadBaseShape(ctx.db, ctx, key)
}

const scoredShare = ({ scoredTokens, usefulTokens }: RunSummary) =>
  scoredTokens !== undefined && usefulTokens ? scoredTokens / usefulTokens : 1

/** The sum of every attempt's time at its agent's price when it started. */
export function sumCost(
  attempts: readonly Pick<AttemptRow, 'price' | 'startedAt' | 'endedAt'>[],
  now: Date,
): RunSummaryView['cost'] {
  const paid = attempts.flatMap(({ price, startedAt, endedAt }) =>
    price ? [{ ...price, hours: ((endedAt ?? now).getTime() - startedAt.getTime()) / 3_600_000 }] : [],
  )
  const [first] = paid
  if (!first || paid.length < attempts.length) return null
  if (paid.some(({ currency }) => currency !== first.currency)) return null
  return {
    amount: paid.reduce((sum, { amount, hours }) => sum + amount * hours, 0),
    currency: first.currency,
  }
}
