'use client'

import { Card, CardBody, CardHead, Skeleton, Slider } from '@palate/ui'
import { useState } from 'react'
import { Loaded } from '../../lib/loaded'
import { groupCharts, groupMachineCharts } from './chart-groups'
import { MetricChart } from './metric-chart'
import type { Run } from './types'
import { useMetrics } from './use-metrics'

/** Every curve of a run, live, smoothed on request. */
export function RunCharts({ run }: { run: Run }) {
  const metrics = useMetrics(run)
  const [smoothing, setSmoothing] = useState(0.6)
  return (
    <Loaded query={metrics} skeleton={<Skeleton className="h-64" />}>
      {(series) =>
        series.length === 0 ? (
          <NoPoints run={run} />
        ) : (
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
            <Charts groups={groupCharts(series)} run={run} smoothing={smoothing} />
            <MachineCharts groups={groupMachineCharts(series)} run={run} smoothing={smoothing} />
          </div>
        )
      }
    </Loaded>
  )
}

const isLive = ({ status }: Run) => status === 'running' || status === 'canceling'

type ChartsProps = { groups: ReturnType<typeof groupCharts>; run: Run; smoothing: number }

function MachineCharts(props: ChartsProps) {
  if (props.groups.length === 0) return null
  return (
    <>
      <h2 className="title mt-2 text-lg">The machine</h2>
      <Charts {...props} clock />
    </>
  )
}

function Charts({
  groups,
  run,
  smoothing,
  clock,
}: ChartsProps & {
  /** Over the seconds of the run instead of its steps. */
  clock?: boolean
}) {
  if (groups.length === 0) return <NoPoints run={run} />
  return (
    <div className="grid gap-4 md:grid-cols-2">
      {groups.map(({ title, series, names, share }) => (
        <Card key={title}>
          <CardHead title={title} />
          <CardBody className="pt-2">
            <MetricChart
              series={series}
              names={names}
              label={title}
              smoothing={smoothing}
              live={isLive(run)}
              totalSteps={run.progress?.totalSteps || undefined}
              share={share}
              clock={clock}
            />
          </CardBody>
        </Card>
      ))}
    </div>
  )
}

function NoPoints({ run }: { run: Run }) {
  return (
    <p className="py-10 text-center text-ink-2">
      {run.status === 'queued' || isLive(run)
        ? 'The first point appears with the first steps.'
        : 'This run has measured nothing.'}
    </p>
  )
}
