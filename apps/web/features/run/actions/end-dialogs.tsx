'use client'

import { Button, Dialog, DialogClose, DialogContent } from '@palate/ui'
import type { ReactNode } from 'react'
import type { Run } from '../run-status'
import { describeCancel, describeKeep } from './describe-actions'

interface Question {
  run: Run
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Asks before a run is canceled: what is lost, what is left, and what stopping would keep instead. */
export function CancelDialog({
  run,
  canStop,
  onCancel,
  onStop,
  ...dialog
}: Question & { canStop: boolean; onCancel: () => void; onStop: () => void }) {
  return (
    <Dialog {...dialog}>
      <DialogContent title={`Cancel run ${run.number}?`} className="max-w-md">
        <div className="flex flex-col gap-2 text-ink-2">
          {describeCancel(run).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
          {canStop ? (
            <p>
              <b className="text-ink">Stop and keep</b> ends it too, {describeKeep(run)}, but saves the model
              as it is then.
            </p>
          ) : null}
        </div>
        <Buttons>
          {canStop ? <Button onClick={onStop}>Stop and keep</Button> : null}
          <Button look="danger" onClick={onCancel}>
            Cancel run
          </Button>
        </Buttons>
      </DialogContent>
    </Dialog>
  )
}

/** Asks before a training is stopped: the steps that are left cannot be trained later. */
export function StopDialog({ run, onStop, ...dialog }: Question & { onStop: () => void }) {
  return (
    <Dialog {...dialog}>
      <DialogContent
        title={`Stop run ${run.number} and keep its model?`}
        description={`Training ends after the current step, ${describeKeep(run)}. The model is saved as it is then, and registered like that of a whole run. The steps that are left are not trained.`}
        className="max-w-md"
      >
        <Buttons>
          <Button look="primary" onClick={onStop}>
            Stop and keep
          </Button>
        </Buttons>
      </DialogContent>
    </Dialog>
  )
}

function Buttons({ children }: { children: ReactNode }) {
  return (
    <div className="flex flex-wrap justify-end gap-2">
      <DialogClose asChild>
        <Button look="quiet">Go back</Button>
      </DialogClose>
      {children}
    </div>
  )
}
