import { Card, Interval, Stat } from '@palate/ui'
import { formatInterval, formatPercent } from '../../lib/format'
import type { Outputs } from '../../lib/trpc'

type AllFigures = NonNullable<Outputs['overview']['get']['figures']>

/** The figures of the newest evaluation, each with its interval and its baseline. */
export function Figures({ figures }: { figures: AllFigures }) {
  const { winRate, violations, ingredientUse, format } = figures
  const rates = [
    { label: 'Rule violations', rate: violations },
    { label: 'All ingredients used', rate: ingredientUse },
    { label: 'Correct format', rate: format },
  ]
  return (
    <section
      aria-label="Figures of the newest evaluation"
      className="grid gap-4 sm:grid-cols-2 xl:grid-cols-4"
    >
      <Card className="px-4.5 py-4">
        <Stat
          label="Win rate over base"
          value={formatPercent(winRate.value)}
          note={`95%: ${formatInterval(winRate)} · chance 50%`}
        >
          <Interval {...winRate} reference={50} label="Win rate with its interval" className="mt-2" />
        </Stat>
      </Card>
      {rates.map(({ label, rate }) => (
        <Card key={label} className="px-4.5 py-4">
          <Stat
            label={label}
            value={formatPercent(rate.tuned.value)}
            note={`95%: ${formatInterval(rate.tuned)} · base ${formatPercent(rate.base.value)}`}
          >
            <Interval
              {...rate.tuned}
              reference={rate.base.value}
              series={2}
              label={`${label}, with its interval and the base`}
              className="mt-2"
            />
          </Stat>
        </Card>
      ))}
    </section>
  )
}
