import type { ComponentProps } from 'react'
import { cn } from './cn'
import { Scroller } from './scroller'

/** A table that scrolls sideways inside its container, so that the page does not. */
export function Table({ className, ...rest }: ComponentProps<'table'>) {
  return (
    <Scroller label="Table" className="scroll-hint rounded-[inherit]">
      <table className={cn('w-full border-collapse text-sm', className)} {...rest} />
    </Scroller>
  )
}

export function Th({ className, numeric, ...rest }: ComponentProps<'th'> & { numeric?: boolean }) {
  return (
    <th
      scope="col"
      className={cn(
        'border-b border-line px-3 py-2 text-left text-xs font-medium whitespace-nowrap text-ink-3 first:pl-4.5 last:pr-4.5',
        numeric && 'text-right',
        className,
      )}
      {...rest}
    />
  )
}

/** Classes of a column that a phone has no room for: `TdNote` says there what it holds. */
export const wideOnly = 'max-sm:hidden'

export function Td({ className, numeric, ...rest }: ComponentProps<'td'> & { numeric?: boolean }) {
  return (
    <td
      className={cn(
        'border-b border-line px-3 py-2.5 first:pl-4.5 last:pr-4.5 in-[tr:last-child]:border-b-0',
        numeric && 'num text-right',
        className,
      )}
      {...rest}
    />
  )
}

/** On a phone, what the hidden columns of the row say, below its first cell. */
export function TdNote({ className, ...rest }: ComponentProps<'span'>) {
  return (
    <span className={cn('num mt-0.5 block text-xs font-normal text-ink-3 sm:hidden', className)} {...rest} />
  )
}

export function Tr({ className, ...rest }: ComponentProps<'tr'>) {
  return <tr className={cn('group transition-colors', className)} {...rest} />
}
