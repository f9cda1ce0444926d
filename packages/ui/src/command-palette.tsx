'use client'

import { Command } from 'cmdk'
import { Search } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { Kbd } from './kbd'

export interface CommandPaletteProps {
  label: string
  text: string
  onTextChange: (text: string) => void
  onClose: () => void
  groups: readonly {
    name: string
    entries: readonly {
      id: string
      name: string
      note?: string | undefined
      keys: readonly string[]
      onChoose: () => void
    }[]
  }[]
  /** Shown while nothing is listed. */
  note: string
}

/** A search over everything. The caller decides what is listed; the keyboard alone is enough to use it. */
export default function CommandPalette({
  label,
  text,
  onTextChange,
  onClose,
  groups,
  note,
}: CommandPaletteProps) {
  const shown = groups.filter(({ entries }) => entries.length > 0)
  return (
    <Dialog.Root open onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 animate-rise bg-ink/30 dark:bg-black/60" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12dvh] left-1/2 z-50 w-[calc(100vw-24px)] max-w-xl -translate-x-1/2 overflow-hidden rounded-xl border border-line bg-card shadow-float focus:outline-none"
        >
          <Dialog.Title className="sr-only">{label}</Dialog.Title>
          <Command label={label} shouldFilter={false} loop>
            <div className="flex items-center gap-2.5 border-b border-line px-4">
              <Search className="size-4 shrink-0 text-ink-3" aria-hidden />
              <Command.Input
                autoFocus
                value={text}
                onValueChange={onTextChange}
                maxLength={100}
                placeholder={label}
                className="h-12 w-full bg-transparent text-md outline-none placeholder:text-ink-3"
              />
            </div>
            <Command.List
              label="Results"
              className="max-h-[min(26rem,60dvh)] overflow-y-auto overscroll-contain p-1.5"
            >
              {shown.length === 0 ? (
                <p role="status" className="px-3 py-6 text-center text-ink-2">
                  {note}
                </p>
              ) : null}
              {shown.map(({ name, entries }) => (
                <Command.Group
                  key={name}
                  heading={name}
                  className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-ink-3"
                >
                  {entries.map((entry) => (
                    <Command.Item
                      key={entry.id}
                      value={entry.id}
                      onSelect={entry.onChoose}
                      className="flex cursor-pointer items-center gap-3 rounded-md px-2.5 py-2 select-none data-[selected=true]:bg-sunk"
                    >
                      <span className="min-w-0 truncate">{entry.name}</span>
                      {entry.note ? <span className="shrink-0 text-xs text-ink-3">{entry.note}</span> : null}
                      <span className="ml-auto flex shrink-0 gap-1 text-ink-2 max-sm:hidden">
                        {entry.keys.map((key) => (
                          <Kbd key={key}>{key}</Kbd>
                        ))}
                      </span>
                    </Command.Item>
                  ))}
                </Command.Group>
              ))}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
