import { type EvaluationSummary, evaluation, run } from '@palate/db'
import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { loadRunView } from '../run/read'
import type { RunView } from '../run/schemas'
import { readFacts } from './facts'
import { type Need, readNeeds } from './needs'
import { type Plan, planLoop } from './plan'

type Figure = 'violations' | 'ingredientUse' | 'format'
type Sides = Record<'base' | 'tuned', EvaluationSummary['base']['violations']>

export interface Overview extends Plan {
  activeRun: RunView | null
  /** Of the newest evaluation, in per cent. */
  figures:
    | (Record<Figure, Sides> & {
        evaluationId: string
        number: number
        winRate: { value: number; low: number; high: number }
      })
    | null
  needs: Need[]
}

/** The state of each station, the next step, and what needs a person. */
export async function getOverview(ctx: ServiceContext): Promise<Overview> {
  authorize(ctx, 'workspace:read')
  const [facts, activeRun, figures, needs] = await Promise.all([
    readFacts(ctx),
    readActiveRun(ctx),
    readFigures(ctx),
    readNeeds(ctx),
  ])
  return { ...planLoop(facts), activeRun, figures, needs }
}

/** A running run; if there is none, the first queued one. */
async function readActiveRun(ctx: ServiceContext): Promise<RunView | null> {
  const [row] = await ctx.db
    .select()
    .from(run)
    .where(and(eq(run.workspaceId, ctx.workspaceId), inArray(run.status, ['running', 'canceling', 'queued'])))
    .orderBy(asc(sql`${run.status} = 'queued'`), asc(run.number))
    .limit(1)
  return row ? loadRunView(ctx, row) : null
}

async function readFigures({ db, workspaceId }: ServiceContext): Promise<Overview['figures']> {
  const [row] = await db
    .select({ id: evaluation.id, number: evaluation.number, summary: evaluation.summary })
    .from(evaluation)
    .where(and(eq(evaluation.workspaceId, workspaceId), eq(evaluation.status, 'ready')))
    .orderBy(desc(evaluation.number))
    .limit(1)
  if (!row?.summary) return null
  const { base, tuned, winRate } = row.summary
  const sides = (figure: Figure): Sides => ({ base: base[figure], tuned: tuned[figure] })
  return {
    evaluationId: row.id,
    number: row.number,
    winRate: { value: winRate.value, low: winRate.low, high: winRate.high },
    violations: sides('violations'),
    ingredientUse: sides('ingredientUse'),
    format: sides('format'),
  }
}
