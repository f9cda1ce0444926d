import { Bars } from '@palate/ui'
import { formatCount } from '../../lib/format'

export function LengthHistogram({ bins }: { bins: readonly { from: number; to: number; count: number }[] }) {
  if (bins.length === 0) return <p className="text-ink-2">No row was kept, so there is nothing to measure.</p>
  return (
    <Bars
      unit="characters"
      bars={bins.map(({ from, to, count }) => ({
        label: `${formatCount(Math.round(from))}–${formatCount(Math.round(to))}`,
        count,
      }))}
    />
  )
}
