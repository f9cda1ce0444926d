import { cn } from './cn'

export type Bar = { label: string; count: number }

/** A histogram: one bar per bin, its count as a tooltip, the first and last label below. */
export function Bars({ bars, unit, className }: { bars: readonly Bar[]; unit: string; className?: string }) {
  const most = Math.max(1, ...bars.map((bar) => bar.count))
  return (
    <figure className={cn('flex flex-col gap-1.5', className)}>
      <div className="flex h-32 items-end gap-0.5 border-b border-line-strong">
        {bars.map((bar) => (
          <div
            key={bar.label}
            title={`${bar.label} ${unit}: ${bar.count.toLocaleString('en')}`}
            className="min-w-1 flex-1 rounded-t-sm bg-series-2/80 transition-colors hover:bg-series-2"
            style={{ height: bar.count === 0 ? 0 : `max(2px, ${(bar.count / most) * 100}%)` }}
          />
        ))}
      </div>
      <figcaption className="num flex justify-between text-2xs text-ink-3">
        <span>{bars[0]?.label}</span>
        <span>{unit}</span>
        <span>{bars.at(-1)?.label}</span>
      </figcaption>
    </figure>
  )
}
