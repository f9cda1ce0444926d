'use client'

import { Button, Dialog, DialogContent, DialogTrigger, ErrorState, Skeleton } from '@palate/ui'
import { useMutation } from '@tanstack/react-query'
import { Copy } from 'lucide-react'
import { useState } from 'react'
import { toast } from 'sonner'
import { formatDate } from '../../lib/format'
import { sentenceOf } from '../../lib/sentence'
import { useTRPC } from '../../lib/trpc'

/** Shows a one-use code once; the machine trades it for a credential of its own. */
export function EnrolDialog() {
  const trpc = useTRPC()
  const [open, setOpen] = useState(false)
  const create = useMutation(trpc.agent.createEnrolmentCode.mutationOptions())
  const command = create.data ? enrolCommand(window.location.origin, create.data.code) : ''
  const copy = async () => {
    await navigator.clipboard.writeText(command)
    toast.success('The command is on the clipboard.')
  }
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setOpen(next)
        if (next) create.mutate()
      }}
    >
      <DialogTrigger asChild>
        <Button>Enrol an agent</Button>
      </DialogTrigger>
      <DialogContent
        title="Enrol an agent"
        description="Run this in a checkout of Palate on the machine that shall train or serve. The code works once."
      >
        {create.data ? (
          <>
            <pre className="scroll-quiet overflow-x-auto rounded-md bg-sunk p-3 font-mono text-xs leading-relaxed">
              {command}
            </pre>
            <div className="flex flex-wrap items-center justify-between gap-3">
              <span className="num text-sm text-ink-3">good until {formatDate(create.data.expiresAt)}</span>
              <Button onClick={copy}>
                <Copy aria-hidden /> Copy
              </Button>
            </div>
          </>
        ) : create.error ? (
          <ErrorState
            title="No code was made"
            message={sentenceOf(create.error)}
            onRetry={() => create.mutate()}
          />
        ) : (
          <Skeleton className="h-16" />
        )}
      </DialogContent>
    </Dialog>
  )
}

const enrolCommand = (origin: string, code: string) =>
  `PALATE_HUB_URL=${origin} \\\nPALATE_ENROLMENT_CODE=${code} \\\nnpm start --workspace @palate/gpu-agent`
