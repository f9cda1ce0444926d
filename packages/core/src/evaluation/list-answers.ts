import type { AnswerFinding } from '@palate/db'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { authorize } from '../permission'
import { type AnswerPair, readAnswerPairs } from './answer-pairs'
import { readEvaluations } from './read'
import { ListAnswersInput } from './schemas'
import { pickWinner, type Winner } from './score-pair'

interface AnswerSide {
  text: string
  findings: AnswerFinding[]
  formatOk: boolean
  /** How many of the given ingredients that the persona allows are used. */
  usedShare: { used: number; allowed: number }
}

export interface AnswerPairView {
  caseKey: string
  category: string
  persona: { slug: string; name: string }
  inventory: string[]
  request: string
  sample: number
  base: AnswerSide
  tuned: AnswerSide
  winner: Winner
}

const outcomes = { better: 'tuned', same: 'tie', worse: 'base' } as const
const pairsAtOnce = 60

/** A page of scored answer pairs, by case and sample. The cursor counts the pairs that were read. */
export async function listAnswers(
  ctx: ServiceContext,
  input: ListAnswersInput,
): Promise<{ items: AnswerPairView[]; nextCursor: string | null }> {
  authorize(ctx, 'evaluation:read')
  const { evaluationId, category, outcome, cursor, limit } = ListAnswersInput.parse(input)
  const [found] = await readEvaluations(ctx.db, ctx.workspaceId, evaluationId)
  if (required(found, 'This evaluation').status !== 'ready') return { items: [], nextCursor: null }
  const items: AnswerPairView[] = []
  let offset = Number(cursor ?? 0)
  for (;;) {
    const pairs = await readAnswerPairs(ctx.db, ctx.workspaceId, evaluationId, {
      category,
      offset,
      limit: pairsAtOnce,
    })
    for (const pair of pairs) {
      if (items.length === limit) return { items, nextCursor: String(offset) }
      offset += 1
      const view = toView(pair)
      if (!outcome || view.winner === outcomes[outcome]) items.push(view)
    }
    if (pairs.length < pairsAtOnce) return { items, nextCursor: null }
  }
}

function toView({ slug, body, base, tuned, ...asked }: AnswerPair): AnswerPairView {
  const { caseKey, category, inventory, request, sample } = asked
  return {
    caseKey,
    category,
    persona: { slug, name: body.name },
    inventory,
    request,
    sample,
    base: toSide(base),
    tuned: toSide(tuned),
    winner: pickWinner({ persona: body, inventory, base: base.text ?? '', tuned: tuned.text ?? '' }),
  }
}

function toSide({ text, findings, formatOk, usedShare }: AnswerPair['base']): AnswerSide {
  return {
    text: text ?? '',
    findings: findings ?? [],
    formatOk: formatOk ?? false,
    usedShare: usedShare ?? { used: 0, allowed: 0 },
  }
}
