'use client'

import { Button, Dialog, DialogContent, DialogTrigger, ErrorState, Skeleton } from '@palate/ui'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { describeError } from '../../lib/error'
import { useTRPC } from '../../lib/trpc'
import { useNow } from '../../lib/use-now'
import { formatCountdown } from './enroll-command'
import { EnrollCommands } from './enroll-commands'

/** Makes a one-use code and shows the command that spends it; says so when the agent has come. */
export function EnrollDialog() {
  const trpc = useTRPC()
  const [open, setOpen] = useState(false)
  const create = useMutation(trpc.agent.createEnrollmentCode.mutationOptions())
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setOpen(next)
        if (next) create.mutate()
      }}
    >
      <DialogTrigger asChild>
        <Button>Enroll an agent</Button>
      </DialogTrigger>
      <DialogContent
        title="Enroll an agent"
        description="Run one of these in a checkout of Palate on the machine that shall train or serve."
        className="max-w-2xl"
      >
        {create.data ? (
          <OneCode
            key={create.data.code}
            code={create.data.code}
            expiresAt={new Date(create.data.expiresAt).getTime()}
            onRenew={() => create.mutate()}
            onDone={() => setOpen(false)}
          />
        ) : create.error ? (
          <ErrorState
            title="No code was made"
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

function OneCode({
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
  const arrived = useArrival()
  if (arrived)
    return (
      <div
        role="status"
        className="flex flex-wrap items-center justify-between gap-3 rounded-md bg-good-soft px-4 py-3"
      >
        <p>
          <b className="font-semibold">{arrived}</b> is enrolled. The code is used up.
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
        <p>The code ran out without being used.</p>
        <Button size="sm" onClick={onRenew}>
          Make a new one
        </Button>
      </div>
    )
  return (
    <>
      <EnrollCommands code={code} />
      <p className="num text-sm text-ink-3">
        The code works once, for another{' '}
        <span role="timer" className="text-ink">
          {formatCountdown(expiresAt - now)}
        </span>
        . Waiting for the agent…
      </p>
    </>
  )
}

/** The name of the first agent that was not there when this was opened. */
function useArrival(): string | undefined {
  const trpc = useTRPC()
  const agents = useQuery(trpc.agent.list.queryOptions(undefined, { refetchInterval: 3000 }))
  const [known, setKnown] = useState<ReadonlySet<string>>()
  if (!known && agents.data) setKnown(new Set(agents.data.map(({ id }) => id)))
  return known && agents.data?.find(({ id }) => !known.has(id))?.name
}
