'use client'

import { type ReactNode, useState } from 'react'
import { Button } from './button'
import { Dialog, DialogClose, DialogContent, DialogTrigger } from './dialog'

/** Asks before something that cannot be taken back. `trigger` opens the question. */
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
            <Button look="quiet">Keep it</Button>
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
