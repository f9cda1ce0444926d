'use client'

import { type ReactNode, useState } from 'react'
import { Button } from './button'
import { Dialog, DialogClose, DialogContent, DialogTrigger } from './dialog'

/** Asks before an action that cannot be undone. `trigger` opens the dialog. */
export function Confirm({
  trigger,
  title,
  description,
  action,
  onConfirm,
}: {
  trigger: ReactNode
  title: string
  description: string
  action: string
  onConfirm: () => void
}) {
  const [open, setOpen] = useState(false)
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>{trigger}</DialogTrigger>
      <DialogContent title={title} description={description} className="max-w-md">
        <div className="flex justify-end gap-2">
          <DialogClose asChild>
            <Button look="quiet">Go back</Button>
          </DialogClose>
          <Button
            look="danger"
            onClick={() => {
              setOpen(false)
              onConfirm()
            }}
          >
            {action}
          </Button>
        </div>
      </DialogContent>
    </Dialog>
  )
}

/** A quiet button that asks before an action that cannot be undone. */
export function ConfirmButton({
  label,
  busy,
  ...question
}: { label: string; busy: boolean } & Omit<Parameters<typeof Confirm>[0], 'trigger'>) {
  return (
    <Confirm
      {...question}
      trigger={
        <Button size="sm" look="quiet" busy={busy}>
          {label}
        </Button>
      }
    />
  )
}
