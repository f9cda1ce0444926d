import type { ComponentProps } from 'react'
import { cn } from './cn'

/** A key. It inherits its colors, so that it works on every button. */
export function Kbd({ className, ...rest }: ComponentProps<'kbd'>) {
  return (
    <kbd
      className={cn(
        'inline-grid h-5 min-w-5 place-items-center rounded-sm border border-b-2 border-current/30 px-1 font-mono text-2xs leading-none font-medium',
        className,
      )}
      {...rest}
    />
  )
}
