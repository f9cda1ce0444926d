import { count, plain, table } from './markdown'
import type { Measured, Story } from './story'

interface Interval {
  value: number
  low: number
  high: number
}

const figures = [
  ['violations', 'Answers that break a rule of the persona'],
  ['ingredientUse', 'Answers that use all allowed ingredients'],
  ['format', 'Answers in the form of a recipe'],
] as const

/** What the evaluations found, with 95 % intervals. */
export function writeFigures({ evaluations }: Story): string {
  if (evaluations.length === 0) return '## Evaluation\n\nIt was not evaluated.'
  return ['## Evaluation', ...evaluations.map(writeEvaluation)].join('\n\n')
}

function writeEvaluation({ number, suite, base, tuned, answers, finishedAt, summary }: Measured): string {
  const { winRate } = summary
  const date = finishedAt ? ` of ${finishedAt.toISOString().slice(0, 10)}` : ''
  const rows = figures.map(([key, title]) => [
    title,
    share(summary.base[key]),
    share(summary.tuned[key]),
    points(summary.difference[key]),
  ])
  return [
    `Evaluation ${number}${date} on the suite ${plain(suite)}: ${count(answers)} answers of ${plain(base)} and ${plain(tuned)} to the same questions. Intervals are at 95 %.`,
    table(['Figure', plain(base), plain(tuned), 'Difference, points'], rows),
    `Win rate of ${plain(tuned)}: ${share(winRate)} (${count(winRate.wins)} won, ${count(winRate.ties)} even, ${count(winRate.losses)} lost).`,
  ].join('\n\n')
}

function share({ value, low, high }: Interval): string {
  return `${value.toFixed(1)} % (${low.toFixed(1)} to ${high.toFixed(1)})`
}

function points({ value, low, high }: Interval): string {
  const signed = (one: number) => (one > 0 ? `+${one.toFixed(1)}` : one.toFixed(1).replace('-', '−'))
  return `${signed(value)} (${signed(low)} to ${signed(high)})`
}
