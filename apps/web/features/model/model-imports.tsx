'use client'

import { Button, Card, CardHead, ConfirmButton, Progress, Tag } from '@palate/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { joinSentences } from '../../lib/error'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { ProgressLine } from './progress-line'
import { RetryWithToken } from './retry-with-token'

type Run = Outputs['run']['list'][number]
const most = 5
const words: Partial<Record<Run['status'], string>> = {
  queued: 'queued',
  failed: 'failed',
  canceled: 'canceled',
  canceling: 'canceling',
}

/** Imports that are queued, running, failed or canceled; not those that were started again. Nothing without any. */
export function ModelImports() {
  const trpc = useTRPC()
  const runs = useQuery(trpc.run.list.queryOptions({ kind: 'import', limit: 20 }))
  const open = newestOfEach(runs.data ?? [])
    .filter(({ status }) => status !== 'finished')
    .slice(0, most)
  if (open.length === 0) return null
  return (
    <Card>
      <CardHead title="Imports" />
      <ul className="px-4.5 py-2">
        {open.map((run) => (
          <ModelImport key={run.id} run={run} />
        ))}
      </ul>
    </Card>
  )
}

function ModelImport({ run }: { run: Run }) {
  const may = useMay()
  const { name, status, failure, waitingBecause } = run
  const ended = status === 'failed' || status === 'canceled'
  return (
    <li className="flex flex-col gap-1.5 border-b border-line py-2.5 last:border-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <Link href={`/runs/${run.id}`} className="font-semibold underline-offset-3 hover:underline">
          {name}
        </Link>
        <Tag tone={status === 'failed' ? 'bad' : 'plain'}>{words[status] ?? 'importing'}</Tag>
        {ended ? null : (
          <span className="text-sm text-ink-2">{waitingBecause ?? <ProgressLine run={run} />}</span>
        )}
        <span className="ml-auto flex gap-2">
          {!ended && status !== 'canceling' && may('run:cancel') ? <Cancel run={run} /> : null}
          {ended && may('run:create') ? <Retry run={run} /> : null}
        </span>
      </div>
      {failure ? (
        <p className="text-sm break-words text-ink-2">{joinSentences(failure.message, failure.remedy)}</p>
      ) : null}
      {status === 'running' ? <Progress label={`Import of ${name}`} value={shareOf(run.progress)} /> : null}
    </li>
  )
}

function Cancel({ run }: { run: Run }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const cancel = useMutation(
    trpc.run.cancel.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.run.pathFilter()),
    }),
  )
  return (
    <ConfirmButton
      label="Cancel"
      title={`Cancel the import of ${run.name}?`}
      description="What was downloaded stays in the agent's cache, so that a later import goes on from there."
      action="Cancel import"
      busy={cancel.isPending}
      onConfirm={() => cancel.mutate({ id: run.id })}
    />
  )
}

/** The same import again. Where the hub did not give the model, it asks for an access token. */
function Retry({ run }: { run: Run }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const retry = useMutation(
    trpc.model.retryImport.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.run.pathFilter()),
    }),
  )
  const start = (hubToken?: string) => retry.mutate({ runId: run.id, ...(hubToken ? { hubToken } : {}) })
  if (run.failure?.code === 'model_gated')
    return <RetryWithToken name={run.name} busy={retry.isPending} onStart={start} />
  return (
    <Button size="sm" busy={retry.isPending} onClick={() => start()}>
      {run.status === 'canceled' ? 'Resume' : 'Start again'}
    </Button>
  )
}

/** Of the runs with one name, the newest: an import that was started again is shown once. */
function newestOfEach(runs: readonly Run[]): Run[] {
  const seen = new Set<string>()
  return runs.filter(({ name }) => {
    const isNew = !seen.has(name)
    seen.add(name)
    return isNew
  })
}

function shareOf(progress: { step: number; totalSteps: number } | null): number | undefined {
  return progress && progress.totalSteps > 0 ? progress.step / progress.totalSteps : undefined
}
