'use client'

import { Card, CardBody, CardHead, Skeleton, Slider } from '@palate/ui'
import { useState } from 'react'
import { Loaded } from '../../lib/loaded'
import { groupCharts } from './chart-groups'
import { MetricChart } from './metric-chart'
import type { Run } from './types'
import { useMetrics } from './use-metrics'

/** Every curve of a run, live, smoothed on request. */
export function RunCharts({ run }: { run: Run }) {
  const metrics = useMetrics(run)
  const [smoothing, setSmoothing] = useState(0.6)
  const live = run.status === 'running' || run.status === 'cancelling'
  return (
    <Loaded query={metrics} skeleton={<Skeleton className="h-64" />}>
      {(series) =>
        series.length === 0 ? (
          <p className="py-10 text-center text-ink-2">
            {live ? 'The first point appears with the first steps.' : 'This run has measured nothing.'}
          </p>
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
            <div className="grid gap-4 md:grid-cols-2">
              {groupCharts(series).map((group) => (
                <Card key={group.title}>
                  <CardHead title={group.title} />
                  <CardBody className="pt-2">
                    <MetricChart
                      series={group.series}
                      names={group.names}
                      label={group.title}
                      smoothing={smoothing}
                      live={live}
                      totalSteps={run.progress?.totalSteps || undefined}
                    />
                  </CardBody>
                </Card>
              ))}
            </div>
          </div>
        )
      }
    </Loaded>
  )
}
