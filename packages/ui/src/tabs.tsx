'use client'

import { Tabs as Radix } from 'radix-ui'
import type { ComponentProps } from 'react'
import { cn } from './cn'

export const Tabs = Radix.Root

export function TabsList({ className, ...rest }: ComponentProps<typeof Radix.List>) {
  return (
    <Radix.List
      ref={showActive}
      className={cn('flex gap-5 overflow-x-auto border-b border-line [scrollbar-width:none]', className)}
      {...rest}
    />
  )
}

/** On a phone the tab that a page opens with may be beyond the edge. */
function showActive(list: HTMLDivElement | null) {
  list?.querySelector('[data-state=active]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

export function TabsTrigger({ className, ...rest }: ComponentProps<typeof Radix.Trigger>) {
  return (
    <Radix.Trigger
      className={cn(
        '-mb-px border-b-2 border-transparent py-2 font-medium whitespace-nowrap text-ink-2 hover:text-ink data-[state=active]:border-ink data-[state=active]:text-ink',
        className,
      )}
      {...rest}
    />
  )
}

export function TabsContent({ className, ...rest }: ComponentProps<typeof Radix.Content>) {
  return <Radix.Content className={cn('pt-5 focus-visible:outline-offset-4', className)} {...rest} />
}
