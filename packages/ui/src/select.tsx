'use client'

import { Check, ChevronDown } from 'lucide-react'
import { Select as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { cn } from './cn'

export type SelectOption = { value: string; label: ReactNode; hint?: ReactNode; disabled?: boolean }

/** A select with few options. `value` is '' while nothing is chosen. */
export function Select({
  value,
  onValueChange,
  options,
  placeholder = 'Choose…',
  className,
  disabled,
  id,
  ...aria
}: {
  value: string
  onValueChange: (value: string) => void
  options: readonly SelectOption[]
  placeholder?: string
  className?: string
  disabled?: boolean
  id?: string
  'aria-label'?: string
  'aria-invalid'?: boolean
  'aria-describedby'?: string
}) {
  return (
    // Inside a form Radix reports an empty value when the options change; no option here is empty.
    <Radix.Root value={value} onValueChange={(next) => next && onValueChange(next)} disabled={disabled}>
      <Radix.Trigger
        id={id}
        className={cn(
          'flex h-9 w-full min-w-0 items-center justify-between gap-2 rounded-md border border-line-strong bg-card px-3 text-base transition-colors hover:border-ink-3 focus-visible:ring-2 focus-visible:ring-accent/35 focus-visible:outline-none disabled:opacity-60 data-placeholder:text-ink-3 [&>span:first-child]:truncate',
          className,
        )}
        {...aria}
      >
        <Radix.Value placeholder={placeholder} />
        <ChevronDown className="size-4 shrink-0 text-ink-3" aria-hidden />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          className="z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) animate-rise overflow-hidden rounded-lg border border-line bg-card p-1 shadow-float"
        >
          <Radix.Viewport>
            {options.map((option) => (
              <Radix.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled}
                className="flex cursor-pointer items-center justify-between gap-3 rounded-md px-2.5 py-1.5 text-base outline-none select-none data-disabled:opacity-45 data-highlighted:bg-sunk"
              >
                <span className="min-w-0">
                  <Radix.ItemText>{option.label}</Radix.ItemText>
                  {option.hint ? <span className="block text-xs text-ink-3">{option.hint}</span> : null}
                </span>
                <Radix.ItemIndicator>
                  <Check className="size-4 text-accent" aria-hidden />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
