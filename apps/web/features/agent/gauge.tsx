import { cn, type Tone } from '@palate/ui'
import type { Gauge } from './gauge-figures'

const fills: Record<Tone, string> = {
  plain: 'bg-ink-3',
  good: 'bg-good',
  warn: 'bg-warn',
  bad: 'bg-bad',
  accent: 'bg-series-2',
}

/** A name, a figure in words, and under them a bar that only repeats the words for the eye. */
export function GaugeBar({ gauge }: { gauge: Gauge }) {
  const { name, share, words, tone } = gauge
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <dt className="text-2xs text-ink-3">{name}</dt>
      <dd className="num flex flex-col gap-1 text-xs">
        <span className={cn('text-balance', tone === 'bad' && 'text-bad', tone === 'warn' && 'text-warn')}>
          {words}
        </span>
        <span aria-hidden="true" className="block h-1 overflow-hidden rounded-full bg-line">
          {share === null ? null : (
            <span
              className={cn(
                'block h-full rounded-full transition-[width] duration-700 motion-reduce:transition-none',
                fills[tone],
              )}
              style={{ width: `${Math.min(100, Math.max(1, share * 100))}%` }}
            />
          )}
        </span>
      </dd>
    </div>
  )
}
