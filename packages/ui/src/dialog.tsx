'use client'

import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { Button } from './button'
import { cn } from './cn'

export const Dialog = Radix.Root
export const DialogTrigger = Radix.Trigger
export const DialogClose = Radix.Close

export function DialogContent({
  title,
  description,
  children,
  className,
}: {
  title: ReactNode
  description?: ReactNode
  children?: ReactNode
  className?: string
}) {
  return (
    <Radix.Portal>
      <Radix.Overlay className="fixed inset-0 z-40 animate-rise bg-ink/30 dark:bg-black/60" />
      <Radix.Content
        aria-describedby={description ? undefined : ''}
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
  )
}
