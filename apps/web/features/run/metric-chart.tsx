import { Chart, type ChartSeries } from '@palate/ui'
import { useMemo } from 'react'
import type { ChartGroup } from './chart-groups'

/** Some of a run's curves in one chart, along the axis that they have. */
export function MetricChart({
  group,
  label = group.title,
  smoothing,
  live,
  range,
  height,
}: {
  group: ChartGroup
  label?: string
  smoothing: number
  live: boolean
  /** Of positions; the chart's own where it is absent. */
  range?: readonly [number, number]
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
  return <Chart series={lines} {...{ axis, unit, label, smoothing, live, range, height }} />
}
