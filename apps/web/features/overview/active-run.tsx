'use client'

import { Button, Card, CardBody, CardHead, EmptyState, Progress, Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { groupStepCharts } from '../run/chart/chart-groups'
import { rangeOf, useMetrics } from '../run/chart/metrics'
import { RunProgress, RunStatusTag } from '../run/run-status'

const MetricChart = dynamic(() => import('../run/chart/run-charts').then((module) => module.MetricChart), {
  loading: () => <Skeleton className="h-48" />,
})

type Run = NonNullable<Outputs['overview']['get']['activeRun']>

/** Runs that train nothing. */
const withoutChart: ReadonlySet<string> = new Set(['import', 'generate', 'probe'])

/** The run in progress with its most useful chart: rewards, else loss. */
export function ActiveRun({ run: found }: { run: Run }) {
  const trpc = useTRPC()
  // The overview names the run; its steps come by the run's own query, which is asked again with each of them.
  const { data: run = found } = useQuery(trpc.run.get.queryOptions({ id: found.id }))
  const metrics = useMetrics(run.id)
  const groups = groupStepCharts(metrics.data?.series ?? [])
  const shown =
    groups.find(({ title }) => title === 'Rewards') ??
    groups.find(({ title }) => title === 'Loss') ??
    groups[0]
  return (
    <Card>
      <CardHead
        title={
          <>
            <Link href={`/runs/${run.id}`} className="hover:text-accent">
              Run {run.number} · {run.name}
            </Link>
            <RunStatusTag run={run} />
          </>
        }
        aside={<RunProgress run={run} />}
      />
      <CardBody>
        {run.status === 'queued' ? (
          <Waiting run={run} />
        ) : shown ? (
          <MetricChart
            group={shown}
            label={`${shown.title} of run ${run.number}`}
            smoothing={0.6}
            live
            range={rangeOf(shown.series, run.progress?.totalSteps)}
          />
        ) : withoutChart.has(run.kind) ? (
          <Progress value={shareOf(run)} label={`Progress of run ${run.number}`} className="my-6" />
        ) : metrics.data ? (
          <p className="py-6 text-ink-2">Its chart appears here with the first steps.</p>
        ) : (
          <Skeleton className="h-48" />
        )}
      </CardBody>
    </Card>
  )
}

/** Why a run does not start yet, in the place of its chart. */
function Waiting({ run }: { run: Run }) {
  return (
    <div className="flex flex-col items-start gap-3 py-2">
      <p>{run.waitingBecause ?? 'The run waits for an agent.'}</p>
      {withoutChart.has(run.kind) ? null : (
        <p className="text-sm text-ink-2">Its chart appears here with the first steps.</p>
      )}
      <Button asChild>
        <Link href="/runs/queue">
          {run.waiting ? `Position ${run.waiting.position} in the queue` : 'Open queue'}
        </Link>
      </Button>
    </div>
  )
}

export function NoRun() {
  return (
    <EmptyState
      title="No run in progress"
      action={
        <Button asChild>
          <Link href="/runs">Open runs</Link>
        </Button>
      }
    >
      When a model trains, its live chart appears here.
    </EmptyState>
  )
}

const shareOf = ({ progress }: Pick<Run, 'progress'>) =>
  progress && progress.totalSteps > 0 ? progress.step / progress.totalSteps : undefined
