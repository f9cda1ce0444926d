'use client'

import { Button, Dialog, DialogContent, DialogTrigger, ErrorState, Skeleton } from '@palate/ui'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { describeError } from '../../../lib/error'
import type { OnDemand } from '../../../lib/on-demand'
import { useTRPC } from '../../../lib/trpc'
import { useNow } from '../../../lib/use-now'
import { formatCountdown } from './enroll-command'
import { EnrollCommands } from './enroll-commands'

/** Creates a one-use code, shows the command that uses it, and reports when the agent is enrolled. */
export function EnrollDialog({ trigger, startOpen = false }: OnDemand) {
  const trpc = useTRPC()
  const [open, setOpen] = useState(startOpen)
  const create = useMutation(trpc.agent.createEnrollmentCode.mutationOptions())
  const started = useRef(false)
  useEffect(() => {
    // Once, although React calls an effect twice while developing: each call makes a code.
    if (startOpen && !started.current) create.mutate()
    started.current = true
  })
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setOpen(next)
        if (next) create.mutate()
      }}
    >
      <DialogTrigger asChild>{trigger}</DialogTrigger>
      <DialogContent
        title="Enroll agent"
        description="Run one of these commands in a checkout of Palate, on the machine that will train or serve models."
        className="max-w-2xl"
      >
        {create.data ? (
          <EnrollmentCode
            key={create.data.code}
            code={create.data.code}
            expiresAt={new Date(create.data.expiresAt).getTime()}
            onRenew={() => create.mutate()}
            onDone={() => setOpen(false)}
          />
        ) : create.error ? (
          <ErrorState
            title="No enrollment code"
            message={describeError(create.error)}
            onRetry={() => create.mutate()}
          />
        ) : (
          <Skeleton className="h-40" />
        )}
      </DialogContent>
    </Dialog>
  )
}

function EnrollmentCode({
  code,
  expiresAt,
  onRenew,
  onDone,
}: {
  code: string
  expiresAt: number
  onRenew: () => void
  onDone: () => void
}) {
  const now = useNow(1000)
  const newAgent = useNewAgent()
  if (newAgent)
    return (
      <div
        role="status"
        className="flex flex-wrap items-center justify-between gap-3 rounded-md bg-good-soft px-4 py-3"
      >
        <p>
          <b className="font-semibold">{newAgent}</b> is enrolled. The code is used and no longer works.
        </p>
        <Button size="sm" onClick={onDone}>
          Done
        </Button>
      </div>
    )
  if (now >= expiresAt)
    return (
      <div
        role="status"
        className="flex flex-wrap items-center justify-between gap-3 rounded-md bg-sunk px-4 py-3"
      >
        <p>The code has expired.</p>
        <Button size="sm" onClick={onRenew}>
          Create new code
        </Button>
      </div>
    )
  return (
    <>
      <EnrollCommands code={code} />
      <p className="num text-sm text-ink-3">
        The code works once and expires in{' '}
        <span role="timer" className="text-ink">
          {formatCountdown(expiresAt - now)}
        </span>
        . Waiting for the agent…
      </p>
    </>
  )
}

/** The name of the first agent that was enrolled after this dialog opened. */
function useNewAgent(): string | undefined {
  const trpc = useTRPC()
  const agents = useQuery(trpc.agent.list.queryOptions())
  const [known, setKnown] = useState<ReadonlySet<string>>()
  if (!known && agents.data) setKnown(new Set(agents.data.map(({ id }) => id)))
  return known && agents.data?.find(({ id }) => !known.has(id))?.name
}
