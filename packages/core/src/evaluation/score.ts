import { setImmediate } from 'node:timers/promises'
import { evaluation, evaluationAnswer, type Transaction } from '@palate/db'
import { and, eq, sql } from 'drizzle-orm'
import type { Deps, ServiceContext } from '../context'
import { required } from '../error'
import { notify } from '../notify'
import { authorize } from '../permission'
import { acrossWorkspaces } from '../tenant'
import { type AnswerPair, readAnswerPairs } from './answer-pairs'
import { type AnswerScore, type PairScore, scorePair } from './score-pair'
import { summarize } from './summarize'

const answersAtOnce = 200

/** The workspace of a `score-evaluation` job's evaluation; null when it is scored already, or deleted. */
export async function findEvaluationWork(deps: Deps, evaluationId: string) {
  const [row] = await acrossWorkspaces(deps, 'job')
    .db.select({ workspaceId: evaluation.workspaceId, status: evaluation.status })
    .from(evaluation)
    .where(eq(evaluation.id, evaluationId))
  return row?.status === 'scoring' ? { workspaceId: row.workspaceId } : null
}

/**
 * Checks every answer of an evaluation against the rules and stores the summary. An evaluation that is not in status
 * `scoring` is not changed. If answers are missing, it fails and the error says how many.
 */
export async function scoreEvaluation(
  ctx: ServiceContext,
  { evaluationId }: { evaluationId: string },
): Promise<void> {
  authorize(ctx, 'evaluation:create')
  const { db, workspaceId } = ctx
  const [row] = await db
    .select({ status: evaluation.status })
    .from(evaluation)
    .where(and(eq(evaluation.workspaceId, workspaceId), eq(evaluation.id, evaluationId)))
  if (required(row, 'This evaluation').status !== 'scoring') return
  const pairs = await readAnswerPairs(db, workspaceId, evaluationId)
  const missing = pairs.flatMap(({ base, tuned }) => [base, tuned]).filter(({ text }) => text === null).length
  const scores = missing > 0 ? [] : await scoreAll(pairs)
  await db.transaction(async (tx) => {
    const [mine] = await tx
      .update(evaluation)
      .set(
        missing > 0
          ? {
              status: 'failed',
              error: `${missing} of ${2 * pairs.length} answers are missing. Start the evaluation again.`,
              finishedAt: ctx.now(),
            }
          : { status: 'ready', summary: summarize(scores), finishedAt: ctx.now() },
      )
      .where(and(eq(evaluation.id, evaluationId), eq(evaluation.status, 'scoring')))
      .returning({ id: evaluation.id })
    if (!mine) return
    await writeScores(tx, pairs, scores)
    await notify(tx, { workspaceId, topic: 'evaluation', id: evaluationId })
  })
}

/** Computing only: yields to other work of the process. */
async function scoreAll(pairs: AnswerPair[]): Promise<PairScore[]> {
  const scores: PairScore[] = []
  for (const { category, body, inventory, base, tuned } of pairs) {
    scores.push(
      scorePair({ category, persona: body, inventory, base: base.text ?? '', tuned: tuned.text ?? '' }),
    )
    if (scores.length % 20 === 0) await setImmediate()
  }
  return scores
}

async function writeScores(tx: Transaction, pairs: AnswerPair[], scores: PairScore[]): Promise<void> {
  const rows = scores.flatMap((score, index) => {
    const pair = required(pairs[index], 'This pair')
    return [toRow(pair.base.id, score.base), toRow(pair.tuned.id, score.tuned)]
  })
  for (let at = 0; at < rows.length; at += answersAtOnce) {
    const chunk = JSON.stringify(rows.slice(at, at + answersAtOnce))
    await tx.execute(sql`
      update ${evaluationAnswer} answer
      set findings = scored.findings, format_ok = scored."formatOk", used_all = scored."usedAll",
        used_share = scored."usedShare"
      from jsonb_to_recordset(${chunk}::jsonb)
        as scored(id text, findings jsonb, "formatOk" boolean, "usedAll" boolean, "usedShare" jsonb)
      where answer.id = scored.id
    `)
  }
}

function toRow(id: string, { findings, formatOk, usedAll, usedShare }: AnswerScore) {
  return { id, findings, formatOk, usedAll, usedShare }
}
