'use client'

import {
  Card,
  CardBody,
  CardHead,
  Chart,
  type ChartMark,
  type ChartSeries,
  Skeleton,
  Slider,
} from '@palate/ui'
import { useMemo } from 'react'
import { formatCount } from '../../../lib/format'
import { Loaded } from '../../../lib/loaded'
import { phaseMarks } from '../phases'
import type { Run } from '../run-status'
import { type ChartGroup, groupClockCharts, groupStepCharts } from './chart-groups'
import { type Metrics, rangeOf, useMetrics } from './metrics'
import { useSmoothing } from './use-smoothing'

/** Every curve of a run, live, smoothed on request. */
export function RunCharts({ run }: { run: Run }) {
  const metrics = useMetrics(run.id)
  return (
    <Loaded query={metrics} skeleton={<Skeleton className="h-64" />}>
      {(data) => (data.series.length === 0 ? <NoPoints run={run} /> : <AllCharts metrics={data} run={run} />)}
    </Loaded>
  )
}

const isLive = ({ status }: Run) => status === 'running' || status === 'canceling'

function AllCharts({ metrics, run }: { metrics: Metrics; run: Run }) {
  const [smoothing, setSmoothing] = useSmoothing()
  const machine = groupClockCharts(metrics.series)
  return (
    <div className="flex flex-col gap-4">
      <div className="flex items-center justify-end gap-3 text-sm text-ink-2">
        <span className="num">smoothing {smoothing.toFixed(2)}</span>
        <Slider
          value={smoothing}
          onValueChange={setSmoothing}
          min={0}
          max={0.98}
          step={0.02}
          label="Smoothing"
          className="w-28"
        />
      </div>
      <Charts
        groups={groupStepCharts(metrics.series)}
        run={run}
        smoothing={smoothing}
        end={isLive(run) ? run.progress?.totalSteps : undefined}
        marks={phaseMarks(run)}
      />
      {machine.length > 0 ? (
        <>
          <h2 className="title mt-2 text-lg">Machine</h2>
          <Charts groups={machine} run={run} smoothing={smoothing} />
        </>
      ) : null}
      {metrics.hidden > 0 ? (
        <p className="text-sm text-ink-2">
          This run has {formatCount(metrics.hidden)} more metrics, which are not shown.
        </p>
      ) : null}
    </div>
  )
}

function Charts({
  groups,
  run,
  smoothing,
  end,
  marks,
}: {
  /** All along the same axis, whose range they share. */
  groups: readonly ChartGroup[]
  run: Run
  smoothing: number
  /** The position that the run will end at, where it is known. */
  end?: number
  marks?: readonly ChartMark[]
}) {
  if (groups.length === 0) return <NoPoints run={run} />
  const range = rangeOf(
    groups.flatMap(({ series }) => series),
    end,
  )
  const draw = (group: ChartGroup, height: number, className?: string) => (
    <Card key={group.title} className={className}>
      <CardHead title={group.title} />
      <CardBody className="pt-2">
        <MetricChart {...{ group, smoothing, range, marks, height }} label={group.title} live={isLive(run)} />
      </CardBody>
    </Card>
  )
  const main = groups.filter((group) => group.main)
  const rest = groups.filter((group) => !group.main)
  return (
    <>
      {main.length > 0 ? (
        <div className="grid gap-4 md:grid-cols-2">
          {main.map((group, index) =>
            draw(group, 240, index === 0 && main.length % 2 === 1 ? 'md:col-span-2' : undefined),
          )}
        </div>
      ) : null}
      {rest.length > 0 ? (
        <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
          {rest.map((group) => draw(group, 120))}
        </div>
      ) : null}
    </>
  )
}

function NoPoints({ run }: { run: Run }) {
  return (
    <p className="py-10 text-center text-ink-2">
      {run.status === 'queued' || isLive(run)
        ? 'The first point appears with the first steps.'
        : 'This run recorded no metrics.'}
    </p>
  )
}

/** Some of a run's curves in one chart, along the axis that they have. */
export function MetricChart({
  group,
  label = group.title,
  smoothing,
  live,
  range,
  marks,
  height,
}: {
  group: ChartGroup
  label?: string
  smoothing: number
  live: boolean
  /** Of positions; the chart's own where it is absent. */
  range?: readonly [number, number]
  marks?: readonly ChartMark[] | undefined
  height?: number
}) {
  const { series, names, unit } = group
  const lines = useMemo<ChartSeries[]>(
    () =>
      series.map(({ key, points }) => ({
        label: names[key] ?? key,
        x: points.map(([position]) => position),
        y: points.map(([, value]) => value),
        color: key.endsWith('/chosen') ? 2 : key.endsWith('/rejected') ? 1 : undefined,
      })),
    [series, names],
  )
  const axis = series[0]?.axis
  return <Chart series={lines} {...{ axis, unit, label, smoothing, live, range, marks, height }} />
}
