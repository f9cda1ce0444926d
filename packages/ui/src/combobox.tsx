'use client'

import { Command } from 'cmdk'
import { Check, ChevronDown } from 'lucide-react'
import { Popover } from 'radix-ui'
import { type ReactNode, useId, useState } from 'react'
import { cn } from './cn'

export interface ComboboxOption {
  value: string
  label: ReactNode
  /** A second line. */
  note?: ReactNode
  /** Why it cannot be chosen; it is shown in place of the note. */
  reason?: string | null
  /** What a search finds it by. */
  words: string
  /** Belongs to the option above it. */
  isChild?: boolean
}

/**
 * A choice among many, with a search: of one value, or of several with `multiple`. Options of a group stay together. What
 * cannot be chosen is listed with its reason.
 */
export function Combobox({
  value,
  onValueChange,
  groups,
  multiple = false,
  children,
  searchLabel,
  empty,
  id,
  ...aria
}: {
  value: readonly string[]
  onValueChange: (value: string[]) => void
  groups: readonly (readonly ComboboxOption[])[]
  multiple?: boolean
  /** What the closed control shows. */
  children: ReactNode
  searchLabel: string
  /** Shown when a search finds nothing. */
  empty: ReactNode
  id?: string
  'aria-invalid'?: boolean
  'aria-describedby'?: string
}) {
  const [open, setOpen] = useState(false)
  const contentId = useId()
  const choose = (chosen: string) => {
    if (multiple)
      return onValueChange(
        value.includes(chosen) ? value.filter((one) => one !== chosen) : [...value, chosen],
      )
    onValueChange([chosen])
    setOpen(false)
  }
  return (
    // Modal, because a dialog around it would otherwise keep the wheel from the list.
    <Popover.Root open={open} onOpenChange={setOpen} modal>
      <Popover.Trigger
        id={id}
        role="combobox"
        aria-expanded={open}
        aria-controls={open ? contentId : undefined}
        className="flex min-h-9 w-full min-w-0 items-center justify-between gap-2 rounded-md border border-line-strong bg-card px-3 text-left text-base transition-colors hover:border-ink-3 focus-visible:ring-2 focus-visible:ring-accent/35 focus-visible:outline-none"
        {...aria}
      >
        <span className="min-w-0 truncate">{children}</span>
        <ChevronDown className="size-4 shrink-0 text-ink-3" aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          id={contentId}
          aria-label={searchLabel}
          align="start"
          sideOffset={4}
          collisionPadding={12}
          className="z-50 w-(--radix-popover-trigger-width) min-w-72 animate-rise overflow-hidden rounded-lg border border-line bg-card shadow-float"
        >
          <Command label={searchLabel} filter={findsAllWords}>
            <Command.Input
              placeholder={searchLabel}
              className="h-10 w-full border-b border-line bg-transparent px-3 text-base outline-none placeholder:text-ink-3"
            />
            <Command.List
              label="Results"
              className="max-h-[min(20rem,var(--radix-popover-content-available-height))] overflow-y-auto overscroll-contain p-1"
            >
              <Command.Empty className="px-3 py-4 text-sm text-ink-2">{empty}</Command.Empty>
              {groups.map((options) => (
                <Command.Group key={options[0]?.value} className="border-line not-first:border-t">
                  {options.map((option) => (
                    <Option
                      key={option.value}
                      option={option}
                      chosen={value.includes(option.value)}
                      onChoose={choose}
                    />
                  ))}
                </Command.Group>
              ))}
            </Command.List>
          </Command>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function Option({
  option: { value, label, note, reason, words, isChild },
  chosen,
  onChoose,
}: {
  option: ComboboxOption
  chosen: boolean
  onChoose: (value: string) => void
}) {
  return (
    <Command.Item
      value={value}
      keywords={[words]}
      disabled={Boolean(reason)}
      onSelect={onChoose}
      data-chosen={chosen || undefined}
      className={cn(
        'flex cursor-pointer items-center justify-between gap-3 rounded-md px-2.5 py-1.5 text-base select-none data-[disabled=true]:cursor-not-allowed data-[selected=true]:bg-sunk',
        isChild && 'ml-4',
      )}
    >
      <span className={cn('min-w-0', reason && 'text-ink-3')}>
        {label}
        {reason || note ? <span className="block text-xs text-ink-3">{reason || note}</span> : null}
      </span>
      {chosen ? <Check className="size-4 shrink-0 text-accent" aria-label="chosen" /> : null}
    </Command.Item>
  )
}

/** 1 where all words of the search occur, in any order: a list that is read, not a guess at what was meant. */
function findsAllWords(_value: string, search: string, keywords: readonly string[] = []): number {
  const text = keywords.join(' ').toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
    ? 1
    : 0
}
