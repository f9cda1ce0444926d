'use client'

import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import { useState } from 'react'
import { Button } from './button'
import { cn } from './cn'
import type { DialogContentProps, DialogState } from './dialog-state'

/** The open dialog. It is loaded when a dialog is first opened. */
export default function DialogPanel({
  dialog,
  title,
  description,
  children,
  className,
}: DialogContentProps & { dialog: DialogState }) {
  // A dialog that a key opened has no trigger: the focus returns to where it was.
  const [before] = useState(() => document.activeElement)
  return (
    <Radix.Root open onOpenChange={dialog.setOpen}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-rise bg-ink/30 dark:bg-black/60" />
        <Radix.Content
          aria-describedby={description ? undefined : ''}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            const target = dialog.trigger.current ?? before
            if (target instanceof HTMLElement) target.focus()
          }}
          className={cn(
            'fixed top-1/2 left-1/2 z-50 flex max-h-[88dvh] w-[calc(100vw-24px)] max-w-lg -translate-x-1/2 -translate-y-1/2 flex-col gap-4 overflow-y-auto rounded-xl border border-line bg-card p-6 shadow-float focus:outline-none',
            className,
          )}
        >
          <header className="flex items-start justify-between gap-4">
            <div className="flex flex-col gap-1">
              <Radix.Title className="title text-xl">{title}</Radix.Title>
              {description ? (
                <Radix.Description className="text-sm text-ink-2">{description}</Radix.Description>
              ) : null}
            </div>
            <Radix.Close asChild>
              <Button look="quiet" size="icon" aria-label="Close" className="-mt-1 -mr-2">
                <X aria-hidden />
              </Button>
            </Radix.Close>
          </header>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
