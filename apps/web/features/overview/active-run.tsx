'use client'

import { Button, Card, CardBody, CardHead, EmptyState, Skeleton } from '@palate/ui'
import Link from 'next/link'
import type { Outputs } from '../../lib/trpc'
import { groupCharts } from '../run/chart-groups'
import { MetricChart } from '../run/metric-chart'
import { RunProgress, StatusTag } from '../run/run-status'
import { useMetrics } from '../run/use-metrics'

type Run = NonNullable<Outputs['overview']['get']['activeRun']>

/** The run in progress with its most useful chart: rewards, else loss. */
export function ActiveRun({ run }: { run: Run }) {
  const metrics = useMetrics(run)
  const groups = groupCharts(metrics.data ?? [])
  const shown =
    groups.find(({ title }) => title === 'rewards') ??
    groups.find(({ title }) => title === 'loss') ??
    groups[0]
  return (
    <Card>
      <CardHead
        title={
          <>
            <Link href={`/runs/${run.id}`} className="hover:text-accent">
              Run {run.number} · {run.name}
            </Link>
            <StatusTag status={run.status} />
          </>
        }
        aside={<RunProgress run={run} />}
      />
      <CardBody>
        {shown ? (
          <MetricChart
            series={shown.series}
            names={shown.names}
            label={`${shown.title} of run ${run.number}`}
            smoothing={0.6}
            live
            totalSteps={run.progress?.totalSteps}
          />
        ) : (
          <Skeleton className="h-48" />
        )}
        {run.waitingBecause ? <p className="mt-2 text-sm text-ink-2">{run.waitingBecause}</p> : null}
      </CardBody>
    </Card>
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
      When a model trains, its chart appears here and follows the run live.
    </EmptyState>
  )
}
