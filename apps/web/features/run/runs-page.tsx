'use client'

import {
  Button,
  Card,
  cn,
  EmptyState,
  Progress,
  Skeleton,
  Table,
  Tabs,
  TabsContent,
  TabsList,
  TabsTrigger,
  Td,
  TdNote,
  Th,
  Tr,
  wideOnly,
} from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { formatAgo, formatDuration } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { useNow } from '../../lib/use-now'
import { Page } from '../shell/page'
import { NewRun, OpenNewRun } from './form/new-run'
import { runKinds } from './form/run-kinds'
import { isMoving, kindName, RunStatusTag, timeLeft, workedMs } from './run-status'

type Run = Outputs['run']['list'][number]

const views = [
  { id: 'training', name: 'Training', shows: (kind: string) => kind !== 'generate' && kind !== 'probe' },
  { id: 'generate', name: 'Answers', shows: (kind: string) => kind === 'generate' },
  { id: 'all', name: 'All runs', shows: () => true },
] as const

export function RunsPage() {
  const trpc = useTRPC()
  const may = useMay()
  const [view, setView] = useState<string>('training')
  const runs = useQuery(trpc.run.list.queryOptions({ limit: 100 }))
  const shows = views.find(({ id }) => id === view)?.shows ?? (() => true)
  return (
    <Page
      crumbs={[{ name: 'Runs' }]}
      title="Runs"
      lead="A run is work for an agent: import or train a model, write answers, or measure a machine."
      actions={
        <>
          <QueueLink waiting={(runs.data ?? []).filter(({ status }) => status === 'queued').length} />
          {may('run:create') ? <CreateRun /> : null}
        </>
      }
    >
      <Tabs value={view} onValueChange={setView}>
        <TabsList>
          {views.map(({ id, name }) => (
            <TabsTrigger key={id} value={id}>
              {name}
            </TabsTrigger>
          ))}
        </TabsList>
        <TabsContent value={view}>
          <Loaded query={runs} skeleton={<Skeleton className="h-56" />}>
            {(list) => {
              const shown = list.filter(({ kind }) => shows(kind))
              return shown.length > 0 ? <RunTable runs={shown} /> : <NoRuns view={view} />
            }}
          </Loaded>
        </TabsContent>
      </Tabs>
    </Page>
  )
}

/** The form of a new run; `?clone=run_…` opens it with the settings of that run, `?create=pretrain` with that kind. */
function CreateRun() {
  const trpc = useTRPC()
  const router = useRouter()
  const params = useSearchParams()
  const id = params.get('clone')
  const kind = runKinds.find((one) => one === params.get('create'))
  const clone = useQuery(trpc.run.clone.queryOptions({ id: id ?? '' }, { enabled: id !== null }))
  if (!id && !kind) return <NewRun />
  const props = { create: kind, clone: id ? clone.data : undefined, onClosed: () => router.replace('/runs') }
  return <OpenNewRun key={clone.data ? id : kind} {...props} />
}

function QueueLink({ waiting }: { waiting: number }) {
  return (
    <Button asChild look="quiet">
      <Link href="/runs/queue">{waiting > 0 ? `Queue · ${waiting} waiting` : 'Queue'}</Link>
    </Button>
  )
}

function NoRuns({ view }: { view: string }) {
  if (view === 'generate') {
    return (
      <EmptyState
        title="No answer runs yet"
        action={
          <Button asChild>
            <Link href="/variants">Open variants</Link>
          </Button>
        }
      >
        Runs that write answers appear here. Create a batch of variants or an evaluation to start one.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      title="No runs yet"
      action={
        <Button asChild>
          <Link href="/models">Open models</Link>
        </Button>
      }
    >
      Runs appear here when you create them or add a model. Add a pretrained model on Models, or train the
      starter model: a small model, from scratch on generated recipes, in a few minutes on two CPU cores.
    </EmptyState>
  )
}

function RunTable({ runs }: { runs: readonly Run[] }) {
  const now = useNow(5000)
  return (
    <Card>
      <Table>
        <thead>
          <tr>
            <Th>Run</Th>
            <Th className={wideOnly}>Kind</Th>
            <Th>Status</Th>
            <Th className={cn('w-1/4', wideOnly)}>Progress</Th>
            <Th numeric>Duration</Th>
            <Th className={wideOnly}>Created</Th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <Tr data-row key={run.id} className="hover:bg-sunk/60">
              <Td className="sm:min-w-48">
                <Link href={`/runs/${run.id}`} className="font-semibold hover:text-accent">
                  <span className="num mr-1.5 text-ink-3">{run.number}</span>
                  {run.name}
                </Link>
                <TdNote>
                  {kindName(run.kind)} · {formatAgo(run.createdAt, now)}
                </TdNote>
                {isMoving(run.status) || run.status === 'failed' ? (
                  <div className="mt-1.5 sm:hidden">
                    <RunBar run={run} />
                  </div>
                ) : null}
              </Td>
              <Td className={cn('whitespace-nowrap', wideOnly)}>{kindName(run.kind)}</Td>
              <Td>
                <RunStatusTag run={run} />
              </Td>
              <Td className={cn('min-w-40', wideOnly)}>
                <RunBar run={run} />
              </Td>
              <Td numeric className="whitespace-nowrap">
                {run.attempts.length > 0 ? formatDuration(workedMs(run, now)) : '–'}
              </Td>
              <Td className={cn('num whitespace-nowrap text-ink-2', wideOnly)}>
                {formatAgo(run.createdAt, now)}
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}

function RunBar({ run }: { run: Run }) {
  if (run.status === 'queued')
    return <span className="text-sm text-ink-3">{run.waitingBecause ?? 'waiting for an agent'}</span>
  if (run.status === 'failed')
    return <span className="line-clamp-2 text-sm text-bad">{run.failure?.message}</span>
  if (!run.progress || run.progress.totalSteps === 0) return null
  const { step, totalSteps } = run.progress
  const left = timeLeft(run)
  return (
    <div className="flex items-center gap-2.5">
      <Progress
        value={step / totalSteps}
        label={`Progress of run ${run.number}`}
        tone={run.status === 'finished' ? 'good' : 'accent'}
        className="flex-1"
      />
      <span className="num text-xs text-ink-3">
        {step} of {totalSteps}
        {left ? <span className="block whitespace-nowrap">{left}</span> : null}
      </span>
    </div>
  )
}
