import { cn } from './cn'
import type { Tone } from './tag'

const fills: Record<Tone, string> = {
  plain: 'bg-ink',
  good: 'bg-good',
  warn: 'bg-warn',
  bad: 'bg-bad',
  accent: 'bg-accent',
}

/** A share from 0 to 1; `undefined` while the share is unknown: moving stripes over the whole width. */
export function Progress({
  value,
  label,
  tone = 'plain',
  className,
}: {
  value: number | undefined
  label: string
  tone?: Tone
  className?: string
}) {
  const share = value === undefined ? undefined : Math.min(1, Math.max(0, value))
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
      className={cn('h-1.5 overflow-hidden rounded-full bg-line', className)}
    >
      <div
        className={cn(
          'h-full rounded-full transition-[width] duration-300',
          fills[tone],
          share === undefined && 'animate-slide unknown-share',
        )}
        style={share === undefined ? undefined : { width: `${share * 100}%` }}
      />
    </div>
  )
}
