'use client'

import { ErrorState, Progress, Skeleton, Tabs, TabsContent, TabsList, TabsTrigger } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { joinSentences } from '../../lib/error'
import { formatDuration } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { useTRPC } from '../../lib/trpc'
import { useNow } from '../../lib/use-now'
import { Page } from '../shell/page'
import { describeResume } from './actions/describe-actions'
import { RunActions } from './actions/run-actions'
import { WaitingReasons } from './queue/waiting-reasons'
import { RunFiles } from './run-files'
import { RunLogs } from './run-logs'
import { describeStop, kindName, type Run, RunProgress, RunStatusTag, workedMs } from './run-status'
import { useTab } from './use-tab'

const RunCharts = dynamic(() => import('./chart/run-charts').then((module) => module.RunCharts), {
  loading: () => <Skeleton className="h-56" />,
})

const RunConfigView = dynamic(() => import('./config/run-config').then((module) => module.RunConfigView), {
  loading: () => <Skeleton className="h-56" />,
})

const RunPreflight = dynamic(
  () => import('./preflight/run-preflight').then((module) => module.RunPreflight),
  {
    loading: () => <Skeleton className="h-56" />,
  },
)

const RunSummary = dynamic(() => import('./run-summary').then((module) => module.RunSummary), {
  loading: () => <Skeleton className="h-56" />,
})

const RunSamples = dynamic(() => import('./run-samples').then((module) => module.RunSamples), {
  loading: () => <Skeleton className="h-56" />,
})

export function RunPage({ id }: { id: string }) {
  const trpc = useTRPC()
  const run = useQuery(trpc.run.get.queryOptions({ id }))
  const name = run.data ? `Run ${run.data.number}` : 'Run'
  return (
    <Page crumbs={[{ name: 'Runs', href: '/runs' }, { name }]}>
      <Loaded page query={run} skeleton={<RunSkeleton />}>
        {(data) => <RunView run={data} />}
      </Loaded>
    </Page>
  )
}

const tabNames: Readonly<Record<string, string>> = {
  charts: 'Charts',
  preflight: 'Preflight',
  samples: 'Samples',
  summary: 'Summary',
  files: 'Files',
  logs: 'Logs',
  config: 'Configuration',
}

function RunView({ run }: { run: Run }) {
  const isTraining = run.kind !== 'generate' && run.kind !== 'probe'
  const hasPreflight = run.kind === 'dpo' || run.kind === 'sft' || run.kind === 'kto'
  const learns = isTraining && run.kind !== 'import'
  const stoppedByPreflight = run.failure?.code.startsWith('preflight_') ?? false
  const tabs = Object.keys(tabNames).filter((name) => {
    if (name === 'preflight') return hasPreflight
    if (name === 'samples') return learns
    return isTraining || name === 'logs' || name === 'config'
  })
  const [tab, setTab] = useTab(tabs, stoppedByPreflight ? 'preflight' : learns ? 'charts' : 'logs')
  return (
    <>
      <RunHead run={run} />
      {run.status === 'queued' ? <WaitingNote run={run} /> : null}
      {run.failure ? (
        <ErrorState
          title={run.status === 'failed' ? 'The run failed' : 'The run stopped'}
          message={joinSentences(run.failure.message, run.failure.remedy)}
        />
      ) : null}
      <Tabs value={tab} onValueChange={setTab}>
        <TabsList>
          {tabs.map((value) => (
            <TabsTrigger key={value} value={value}>
              {tabNames[value]}
            </TabsTrigger>
          ))}
        </TabsList>
        <TabsContent value="charts">
          <RunCharts run={run} />
        </TabsContent>
        <TabsContent value="preflight">
          <RunPreflight run={run} />
        </TabsContent>
        <TabsContent value="samples">
          <RunSamples run={run} />
        </TabsContent>
        <TabsContent value="summary">
          <RunSummary run={run} />
        </TabsContent>
        <TabsContent value="files">
          <RunFiles run={run} />
        </TabsContent>
        <TabsContent value="logs">
          <RunLogs run={run} />
        </TabsContent>
        <TabsContent value="config">
          <RunConfigView run={run} />
        </TabsContent>
      </Tabs>
    </>
  )
}

function WaitingNote({ run }: { run: Run }) {
  return (
    <div role="status" className="flex flex-col gap-1.5 rounded-lg bg-warn-soft px-4.5 py-3">
      <p className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 text-warn">
        {run.waitingBecause ?? 'The run waits for an agent.'}
        <Link href="/runs/queue" className="text-sm underline underline-offset-3">
          {run.waiting ? `Position ${run.waiting.position} in the queue` : 'Open queue'}
        </Link>
      </p>
      {run.waiting ? <WaitingReasons agents={run.waiting.agents} /> : null}
    </div>
  )
}

function RunHead({ run }: { run: Run }) {
  const now = useNow(1000)
  const share =
    run.progress && run.progress.totalSteps > 0 ? run.progress.step / run.progress.totalSteps : undefined
  const running = run.status === 'running' || run.status === 'canceling'
  return (
    <header className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="flex min-w-0 flex-wrap items-center gap-3">
          <h1 className="title text-2xl">{run.name}</h1>
          <RunStatusTag run={run} />
          <span className="num text-ink-2">
            run {run.number} · {kindName(run.kind)}
            {run.attempts.length > 0 ? ` · ${formatDuration(workedMs(run, now))}` : ''}
            {run.attempts.at(-1) ? ` · on ${run.attempts.at(-1)?.agentName}` : ''}
            {describeReference(run)}
          </span>
        </div>
        <RunActions run={run} />
      </div>
      {running ? (
        <div className="flex items-center gap-4">
          <Progress value={share} label="Progress" tone="accent" className="flex-1" />
          <span className="text-sm whitespace-nowrap text-ink-2">
            <RunProgress run={run} />
          </span>
        </div>
      ) : null}
      <EndNote run={run} />
    </header>
  )
}

/** The reference model of a preference training, as the trainer reported it at the start. */
function describeReference({ attempts }: Run): string {
  const { reference } = attempts.at(-1)?.environment ?? {}
  if (reference === 'base') return ' · reference: base model'
  if (reference === 'adapter') return ' · reference: starting adapter, frozen'
  return ''
}

/** What becomes of a run that ends before its last step: it is stopping, it was stopped, or it can be resumed. */
function EndNote({ run }: { run: Run }) {
  const stopping = run.status === 'running' && run.stopRequestedAt !== null
  const text = stopping
    ? 'It ends after its current step, and its model is kept.'
    : run.stopped
      ? `It ${describeStop(run.stopped)}.`
      : describeResume(run)
  return text ? <p className="text-ink-2">{text}</p> : null
}

function RunSkeleton() {
  return (
    <div className="flex flex-col gap-5">
      <Skeleton className="h-10 w-80 max-w-full" />
      <div className="grid gap-4 md:grid-cols-2">
        <Skeleton className="h-64" />
        <Skeleton className="h-64" />
      </div>
    </div>
  )
}
