import { cva, type VariantProps } from 'class-variance-authority'
import type { ComponentProps } from 'react'
import { cn } from './cn'

const styles = cva(
  'inline-flex min-h-5.5 max-w-full items-center gap-1.5 rounded-full px-2 font-sans text-xs leading-none font-medium tracking-normal whitespace-nowrap',
  {
    variants: {
      tone: {
        plain: 'bg-sunk text-ink-2',
        good: 'bg-good-soft text-good',
        warn: 'bg-warn-soft text-warn',
        bad: 'bg-bad-soft text-bad',
        accent: 'bg-accent-soft text-accent-ink',
      },
    },
    defaultVariants: { tone: 'plain' },
  },
)

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'accent'

export function Tag({
  className,
  tone,
  live,
  children,
  ...rest
}: ComponentProps<'span'> & VariantProps<typeof styles> & { live?: boolean }) {
  return (
    <span className={cn(styles({ tone }), className)} {...rest}>
      {live ? <Dot live className="ml-0.5" /> : null}
      {children}
    </span>
  )
}

/** A dot in the current color; `live` gives it a pulsing ring. */
export function Dot({ className, live }: { className?: string; live?: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={cn(
        'inline-block size-1.75 shrink-0 rounded-full bg-current',
        live && 'animate-pulse-soft pulse-ring',
        className,
      )}
    />
  )
}
