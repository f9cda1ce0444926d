import type { EvaluationSummary, Rate, SideFigures } from '@palate/db'
import { countPairs, type Estimate, pairedDifference, wilsonInterval, winRate } from '@palate/stats'
import type { AnswerScore, PairScore } from './score-pair'

type Side = 'base' | 'tuned'

/** Whether an answer counts for a figure; undefined when the figure does not apply. */
const figures = {
  /** The answer breaks at least one rule of the persona. */
  violations: ({ findings }: AnswerScore) => findings.length > 0,
  /** It uses all given ingredients that the persona allows; does not apply when none is allowed. */
  ingredientUse: ({ usedAll, usedShare }: AnswerScore) => (usedShare.allowed === 0 ? undefined : usedAll),
  /** It has the form of a recipe. */
  format: ({ formatOk }: AnswerScore) => formatOk,
} as const
type Figure = keyof typeof figures

/**
 * The figures of an evaluation in per cent, each with its 95 % interval: rates by Wilson's, differences of the two
 * models on the same cases by Newcombe's, the win rate (a tie counts half) by Tango's. Each sample counts as one
 * observation. With nothing observed a figure is 0 and its interval the whole scale.
 */
export function summarize(pairs: PairScore[]): EvaluationSummary {
  const categories = [...new Set(pairs.map(({ category }) => category))].sort()
  const wins = pairs.filter(({ winner }) => winner === 'tuned').length
  const losses = pairs.filter(({ winner }) => winner === 'base').length
  return {
    base: sideFigures(pairs, 'base'),
    tuned: sideFigures(pairs, 'tuned'),
    difference: {
      violations: difference(pairs, 'violations'),
      ingredientUse: difference(pairs, 'ingredientUse'),
      format: difference(pairs, 'format'),
    },
    winRate: { ...rateOfWins(pairs), wins, ties: pairs.length - wins - losses, losses },
    byCategory: Object.fromEntries(
      categories.map((category) => {
        const own = pairs.filter((pair) => pair.category === category)
        return [
          category,
          {
            n: own.length,
            base: sideFigures(own, 'base'),
            tuned: sideFigures(own, 'tuned'),
            winRate: rateOfWins(own),
          },
        ]
      }),
    ),
  }
}

function sideFigures(pairs: PairScore[], side: Side): SideFigures {
  const rate = (figure: Figure): Rate => {
    const seen = pairs.map((pair) => figures[figure](pair[side])).filter((one) => one !== undefined)
    const count = seen.filter(Boolean).length
    return { ...percent(wilsonInterval(count, seen.length)), n: seen.length }
  }
  return { violations: rate('violations'), ingredientUse: rate('ingredientUse'), format: rate('format') }
}

function difference(pairs: PairScore[], figure: Figure): Estimate {
  const seen = pairs
    .map(({ base, tuned }) => ({ base: figures[figure](base), tuned: figures[figure](tuned) }))
    .filter((one): one is { base: boolean; tuned: boolean } => one.base !== undefined)
  const counts = countPairs(
    seen.map(({ base }) => base),
    seen.map(({ tuned }) => tuned),
  )
  return percent(pairedDifference(counts))
}

function rateOfWins(pairs: PairScore[]): Estimate {
  const count = (winner: PairScore['winner']) => pairs.filter((pair) => pair.winner === winner).length
  return percent(winRate({ wins: count('tuned'), ties: count('tie'), losses: count('base') }))
}

function percent({ value, low, high }: Estimate): Estimate {
  return { value: Number.isNaN(value) ? 0 : value * 100, low: low * 100, high: high * 100 }
}
