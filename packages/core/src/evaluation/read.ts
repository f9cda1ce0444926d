import {
  type Database,
  type EvaluationSummary,
  evaluation,
  evaluationAnswer,
  modelVersion,
  type RunProgress,
  run,
  suite,
  type Transaction,
} from '@palate/db'
import { and, count, desc, eq, inArray } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { authorize } from '../permission'
import { EvaluationRef } from './schemas'

type Reader = Database | Transaction
type Row = typeof evaluation.$inferSelect

export interface EvaluationView {
  id: string
  number: number
  status: Row['status']
  error: string | null
  suite: { id: string; name: string }
  base: { id: string; name: string; number: number }
  tuned: { id: string; name: string; number: number }
  run: { id: string; status: (typeof run.$inferSelect)['status']; progress: RunProgress | null } | null
  samplesPerCase: number
  sampling: Row['sampling']
  /** Answers of both sides that have arrived, of the expected number. */
  answers: number
  expected: number
  summary: EvaluationSummary | null
  createdAt: Date
  finishedAt: Date | null
}

const base = alias(modelVersion, 'base')
const tuned = alias(modelVersion, 'tuned')

/** All evaluations, newest first. */
export async function listEvaluations(ctx: ServiceContext): Promise<EvaluationView[]> {
  authorize(ctx, 'evaluation:read')
  return readEvaluations(ctx.db, ctx.workspaceId)
}

/** @throws DomainError `not_found` */
export async function getEvaluation(ctx: ServiceContext, input: EvaluationRef): Promise<EvaluationView> {
  authorize(ctx, 'evaluation:read')
  const { id } = EvaluationRef.parse(input)
  const [view] = await readEvaluations(ctx.db, ctx.workspaceId, id)
  return required(view, 'This evaluation')
}

/** The evaluations of a workspace, newest first, or one of them. */
export async function readEvaluations(
  tx: Reader,
  workspaceId: string,
  id?: string,
): Promise<EvaluationView[]> {
  const rows = await tx
    .select({ row: evaluation, suite: suite.name, base, tuned, run })
    .from(evaluation)
    .innerJoin(suite, eq(suite.id, evaluation.suiteId))
    .innerJoin(base, eq(base.id, evaluation.baseModelVersionId))
    .innerJoin(tuned, eq(tuned.id, evaluation.tunedModelVersionId))
    .leftJoin(run, eq(run.id, evaluation.runId))
    .where(and(eq(evaluation.workspaceId, workspaceId), id ? eq(evaluation.id, id) : undefined))
    .orderBy(desc(evaluation.number))
  const counts = await countAnswers(
    tx,
    rows.map(({ row }) => row.id),
  )
  return rows.map(({ row, suite, base, tuned, run }) => ({
    id: row.id,
    number: row.number,
    status: row.status,
    error: row.error,
    suite: { id: row.suiteId, name: suite },
    base: { id: base.id, name: base.name, number: base.number },
    tuned: { id: tuned.id, name: tuned.name, number: tuned.number },
    run: run && { id: run.id, status: run.status, progress: run.progress },
    samplesPerCase: row.samplesPerCase,
    sampling: row.sampling,
    answers: counts.get(row.id)?.answers ?? 0,
    expected: counts.get(row.id)?.expected ?? 0,
    summary: row.summary,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
  }))
}

async function countAnswers(tx: Reader, ids: string[]) {
  if (ids.length === 0) return new Map<string, { answers: number; expected: number }>()
  const rows = await tx
    .select({ id: evaluationAnswer.evaluationId, answers: count(evaluationAnswer.text), expected: count() })
    .from(evaluationAnswer)
    .where(inArray(evaluationAnswer.evaluationId, ids))
    .groupBy(evaluationAnswer.evaluationId)
  return new Map(rows.map(({ id, ...counts }) => [id, counts]))
}
