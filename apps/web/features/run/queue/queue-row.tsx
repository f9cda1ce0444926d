'use client'

import { Card, ConfirmButton, Select, Tag } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { formatAgo } from '../../../lib/format'
import { type Outputs, useTRPC } from '../../../lib/trpc'
import { useNow } from '../../../lib/use-now'
import { kindName } from '../run-status'
import { describeNeeds } from './describe-needs'
import { priorityName, priorityOptions } from './priority'
import { WaitingReasons } from './waiting-reasons'

type Queued = Outputs['run']['queue']['runs'][number]

export function QueueRow({ run, mayMove, mayCancel }: { run: Queued; mayMove: boolean; mayCancel: boolean }) {
  const now = useNow(10_000)
  const { waiting, experiment, createdBy } = run
  const agentName = waiting.agents.find(({ id }) => id === run.needs.agentId)?.name
  return (
    <li>
      <Card className="grid grid-cols-[2rem_1fr] gap-x-2 px-4 py-3.5 sm:gap-x-3 sm:px-5">
        <span className="title num pt-0.5 text-lg text-ink-3">
          <span className="sr-only">Position </span>
          {waiting.position}
        </span>
        <div className="flex min-w-0 flex-col gap-2">
          <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
            <div className="min-w-0">
              <Link href={`/runs/${run.id}`} className="font-semibold hover:text-accent">
                <span className="num mr-1.5 text-ink-3">{run.number}</span>
                {run.name}
              </Link>
              <p className="num text-sm text-ink-3">
                {[
                  kindName(run.kind),
                  experiment,
                  createdBy && `by ${createdBy}`,
                  formatAgo(run.createdAt, now),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </div>
            <div className="flex items-center gap-2">
              {mayMove ? <Priority run={run} /> : <Tag>{priorityName(run.priority)}</Tag>}
              {mayCancel ? <Cancel run={run} /> : null}
            </div>
          </div>
          <p className="text-sm text-ink-2">{waiting.because}</p>
          <div className="flex flex-wrap items-center gap-1.5">
            {describeNeeds(run.needs, agentName).map((need) => (
              <Tag key={need}>{need}</Tag>
            ))}
          </div>
          <WaitingReasons agents={waiting.agents} />
        </div>
      </Card>
    </li>
  )
}

function Priority({ run }: { run: Queued }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const move = useMutation(
    trpc.run.setPriority.mutationOptions({
      onSettled: () => queryClient.invalidateQueries(trpc.run.pathFilter()),
    }),
  )
  const shown = move.isPending ? move.variables.priority : run.priority
  return (
    <Select
      aria-label={`Priority of run ${run.number}`}
      value={String(shown)}
      onValueChange={(priority) => move.mutate({ id: run.id, priority: Number(priority) })}
      options={priorityOptions(shown)}
      className="h-7 w-28 text-sm"
    />
  )
}

function Cancel({ run }: { run: Queued }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const cancel = useMutation(
    trpc.run.cancel.mutationOptions({
      onSettled: () => queryClient.invalidateQueries(trpc.run.pathFilter()),
    }),
  )
  return (
    <ConfirmButton
      label="Cancel run"
      busy={cancel.isPending}
      title={`Cancel run ${run.number}?`}
      description="The run has not started. It leaves the queue."
      action="Cancel run"
      onConfirm={() => cancel.mutate({ id: run.id })}
    />
  )
}
