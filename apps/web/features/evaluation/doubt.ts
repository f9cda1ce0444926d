import { formatInterval, formatPercent, formatPoints } from '../../lib/format'
import type { Outputs } from '../../lib/trpc'
import { verdictOf } from './summary-cards'

type Evaluated = Pick<Outputs['evaluation']['list'][number], 'number' | 'status' | 'summary'> & {
  tuned: { id: string }
}
type Model = Pick<Outputs['model']['list'][number], 'id' | 'kind'>

/**
 * Why a tuned model should not be deployed without a thought, by its newest evaluation: it is worse than its base,
 * cannot be distinguished from it, or was not evaluated. Null for a model that is better, and for a base model.
 *
 * @param evaluations newest first
 */
export function doubtOf(evaluations: readonly Evaluated[], model: Model): string | null {
  if (model.kind !== 'adapter') return null
  const newest = evaluations.find(({ status, tuned }) => status === 'ready' && tuned.id === model.id)
  if (!newest?.summary) return 'This model was not evaluated: it may be no better than its base.'
  const { winRate, difference, base, tuned } = newest.summary
  const rules = verdictOf(difference.violations, 'lower').text
  const isWorse = rules === 'worse' || winRate.high < 50
  if (!isWorse && (rules === 'better' || winRate.low > 50)) return null
  const verdict = isWorse ? 'finds this model worse than its base' : 'cannot tell this model from its base'
  const violations = `rule violations ${formatPercent(tuned.violations.value)} against ${formatPercent(base.violations.value)}, a difference of ${formatPoints(difference.violations.value)} (95%: ${formatInterval(difference.violations)})`
  const wins = `win rate ${formatPercent(winRate.value)} (95%: ${formatInterval(winRate)}; chance is 50%)`
  return `Evaluation ${newest.number} ${verdict}: ${violations}; ${wins}.`
}
