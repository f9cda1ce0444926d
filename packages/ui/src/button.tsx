import { cva, type VariantProps } from 'class-variance-authority'
import { Slot } from 'radix-ui'
import type { ComponentProps } from 'react'
import { cn } from './cn'
import { Spinner } from './spinner'

export const buttonStyles = cva(
  'inline-flex shrink-0 items-center justify-center gap-2 rounded-md border font-medium whitespace-nowrap transition-colors select-none disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      look: {
        plain: 'border-line-strong bg-card text-ink hover:bg-sunk',
        primary: 'border-ink bg-ink text-paper hover:bg-ink/88',
        accent: 'border-accent bg-accent text-on-accent hover:bg-accent/90',
        quiet: 'border-transparent text-ink-2 hover:bg-sunk hover:text-ink',
        danger: 'border-bad/40 bg-card text-bad hover:bg-bad-soft',
      },
      size: {
        sm: 'h-7 px-2.5 text-xs',
        md: 'h-8.5 px-3 text-sm',
        lg: 'h-11 px-4 text-base',
        icon: 'size-8.5 text-sm',
      },
    },
    defaultVariants: { look: 'plain', size: 'md' },
  },
)

export type ButtonProps = ComponentProps<'button'> &
  VariantProps<typeof buttonStyles> & {
    /** Renders the only child instead of a button, e.g. a link. */
    asChild?: boolean
    /** Shows that work is in progress and disables the button. */
    busy?: boolean
  }

export function Button({ className, look, size, asChild, busy, disabled, children, ...rest }: ButtonProps) {
  const styles = cn(buttonStyles({ look, size }), className)
  if (asChild) {
    return (
      <Slot.Root className={styles} {...rest}>
        {children}
      </Slot.Root>
    )
  }
  return (
    <button
      type="button"
      className={styles}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {busy ? <Spinner /> : null}
      {children}
    </button>
  )
}
