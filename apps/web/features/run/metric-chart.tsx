import { Chart, type ChartSeries } from '@palate/ui'
import { useMemo } from 'react'
import type { MetricSeries } from './metric-points'

/** Some of a run's curves in one chart. */
export function MetricChart({
  series,
  names,
  label,
  smoothing,
  live,
  totalSteps,
  height,
  share,
  clock,
}: {
  series: readonly MetricSeries[]
  /** What the legend says for a key; the key itself where it says nothing. */
  names?: Readonly<Record<string, string>>
  label: string
  smoothing: number
  live: boolean
  totalSteps?: number
  height?: number
  /** Values are shares of a whole. */
  share?: boolean
  /** Steps are seconds since the run began. */
  clock?: boolean
}) {
  const lines = useMemo<ChartSeries[]>(
    () =>
      series.map(({ key, points }) => ({
        label: names?.[key] ?? key,
        x: points.map(([step]) => step),
        y: points.map(([, value]) => value),
        color: key.endsWith('/chosen') ? 2 : key.endsWith('/rejected') ? 1 : undefined,
      })),
    [series, names],
  )
  return (
    <Chart
      series={lines}
      label={label}
      smoothing={smoothing}
      live={live}
      xMax={live && !clock ? totalSteps : undefined}
      height={height}
      share={share}
      clock={clock}
    />
  )
}
