'use client'

import { Check, ChevronDown } from 'lucide-react'
import { Select as Radix } from 'radix-ui'
import { cn } from './cn'
import { type SelectProps, selectStyles } from './select-parts'

/** The open select, from its first use on. */
export default function SelectPanel({
  value,
  onValueChange,
  options,
  placeholder,
  className,
  disabled,
  id,
  ...aria
}: SelectProps) {
  return (
    // Inside a form Radix reports an empty value when the options change; no option here is empty.
    <Radix.Root
      defaultOpen
      value={value}
      onValueChange={(next) => next && onValueChange(next)}
      disabled={disabled}
    >
      <Radix.Trigger id={id} className={cn(selectStyles, className)} {...aria}>
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
