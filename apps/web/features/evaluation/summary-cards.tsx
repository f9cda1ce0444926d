import { Card, Interval, Stat, Tag, type Tone } from '@palate/ui'
import { formatInterval, formatPercent, formatPoints } from '../../lib/format'
import type { Outputs } from '../../lib/trpc'

type Summary = NonNullable<Outputs['evaluation']['get']['summary']>

const rates = [
  { key: 'violations', label: 'Rule violations', better: 'lower' },
  { key: 'ingredientUse', label: 'All ingredients used', better: 'higher' },
  { key: 'format', label: 'Correct format', better: 'higher' },
] as const

/** Whether the interval of a difference shows better, worse, or no clear difference. */
export function verdictOf({ low, high }: { low: number; high: number }, better: 'lower' | 'higher') {
  if (low <= 0 && high >= 0) return { tone: 'plain' as Tone, text: 'no clear difference' }
  const up = low > 0
  return up === (better === 'higher')
    ? { tone: 'good' as Tone, text: 'better' }
    : { tone: 'bad' as Tone, text: 'worse' }
}

/** The win rate, and three rates of both models with the interval of their difference. */
export function SummaryCards({ summary }: { summary: Summary }) {
  const { winRate, base, tuned, difference } = summary
  return (
    <section aria-label="Result" className="grid gap-4 sm:grid-cols-2 xl:grid-cols-4">
      <Card className="px-4.5 py-4">
        <Stat
          label="Win rate over base"
          value={formatPercent(winRate.value)}
          note={`95%: ${formatInterval(winRate)} · chance 50%`}
        >
          <Interval {...winRate} reference={50} label="Win rate with its interval" className="mt-2" />
          <p className="num mt-1 text-xs text-ink-2">
            {winRate.wins} won · {winRate.ties} tied · {winRate.losses} lost
          </p>
        </Stat>
      </Card>
      {rates.map(({ key, label, better }) => {
        const verdict = verdictOf(difference[key], better)
        return (
          <Card key={key} className="px-4.5 py-4">
            <Stat
              label={label}
              value={formatPercent(tuned[key].value)}
              note={`base ${formatPercent(base[key].value)} · ${base[key].n} answers`}
            >
              <div className="mt-2 grid grid-cols-[36px_1fr] items-center gap-x-2 text-2xs text-ink-3">
                <span>base</span>
                <Interval {...base[key]} series={6} label={`Base: ${formatInterval(base[key])}`} />
                <span>tuned</span>
                <Interval {...tuned[key]} series={2} label={`Tuned: ${formatInterval(tuned[key])}`} />
              </div>
              <p className="num mt-1.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-ink-2">
                <Tag tone={verdict.tone}>{verdict.text}</Tag>
                {formatPoints(difference[key].value)} ({formatInterval(difference[key])})
              </p>
            </Stat>
          </Card>
        )
      })}
    </section>
  )
}
