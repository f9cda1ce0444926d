import { cn } from './cn'

const colors = ['', 'bg-series-1', 'bg-series-2', 'bg-series-3', 'bg-series-4', 'bg-series-5', 'bg-series-6']

/**
 * A value with its confidence interval on a fixed scale, and a dashed line at chance or the baseline. All values
 * have the unit of `min` and `max`.
 */
export function Interval({
  value,
  low,
  high,
  min = 0,
  max = 100,
  reference,
  series = 1,
  label,
  className,
}: {
  value: number
  low: number
  high: number
  min?: number
  max?: number
  reference?: number
  series?: 1 | 2 | 3 | 4 | 5 | 6
  label: string
  className?: string
}) {
  const at = (x: number) => `${(Math.min(1, Math.max(0, (x - min) / (max - min))) * 100).toFixed(2)}%`
  const width = `${((Math.min(max, high) - Math.max(min, low)) / (max - min)) * 100}%`
  return (
    <div role="img" aria-label={label} className={cn('relative h-5 w-full min-w-28', className)}>
      <div className="absolute inset-x-0 top-1/2 h-px bg-line" />
      {reference === undefined ? null : (
        <div
          className="absolute inset-y-0 border-l-[1.5px] border-dashed border-line-strong"
          style={{ left: at(reference) }}
        />
      )}
      <div
        className={cn('absolute top-1/2 h-0.5 -translate-y-1/2 rounded-full', colors[series])}
        style={{ left: at(low), width }}
      />
      <div
        className={cn('absolute top-1/2 size-2.5 -translate-1/2 rounded-full', colors[series])}
        style={{ left: at(value) }}
      />
    </div>
  )
}
