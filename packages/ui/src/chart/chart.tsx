'use client'

import { useEffect, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import { cn } from '../cn'
import { type ChartAxis, formatPosition, formatValue } from './format'
import { type ChartMark, chartOptions } from './options'
import { align, type ChartSeries, smooth } from './series'

const dots = ['', 'bg-series-1', 'bg-series-2', 'bg-series-3', 'bg-series-4', 'bg-series-5', 'bg-series-6']

const none: readonly ChartMark[] = []

/** What the drawing depends on beside its data; a change draws it from the start. */
interface Shape {
  colors: number[]
  smoothed: boolean
  height: number
  live: boolean
  axis: ChartAxis
  unit?: string
}

/**
 * Lines along steps or a clock. Grows with its data, follows the theme, fits its column, and names each series with its
 * value: the last one, or the one under the pointer.
 */
export function Chart({
  series,
  smoothing = 0,
  height = 200,
  live = false,
  axis = 'step',
  unit,
  range,
  marks = none,
  label,
  className,
}: {
  series: readonly ChartSeries[]
  /** Weight of the moving average, 0 to below 1; the raw line stays faded behind. */
  smoothing?: number
  height?: number
  /** Marks the last point, as more are to come. */
  live?: boolean
  axis?: ChartAxis
  /** Of the values; `%` for shares of a whole, 0 to 1. */
  unit?: string
  /** Of x; that of the data where it is absent. */
  range?: readonly [number, number]
  /** Places on x where something began, each named below the chart. */
  marks?: readonly ChartMark[]
  label: string
  className?: string
}) {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(null)
  const [cursor, setCursor] = useState<number | null>(null)
  const smoothed = smoothing > 0
  const colors = series.map((one, index) => one.color ?? (index % 6) + 1)
  const shape = JSON.stringify({ colors, smoothed, height, live, axis, unit } satisfies Shape)

  const data = useMemo<uPlot.AlignedData>(() => {
    const { x, ys } = align(series)
    return [x, ...ys.flatMap((row) => (smoothed ? [row, smooth(row, smoothing)] : [row]))]
  }, [series, smoothing, smoothed])
  const latest = useRef(data)
  latest.current = data
  const latestMarks = useRef(marks)
  latestMarks.current = marks
  const [start, end] = range ?? []
  const latestRange = useRef<readonly [number, number]>(undefined)

  useEffect(() => {
    const element = host.current
    if (!element) return
    const { height, ...style } = JSON.parse(shape) as Shape
    const drawn = new uPlot(
      chartOptions({
        ...style,
        height,
        width: element.clientWidth,
        range: () => latestRange.current,
        marks: () => latestMarks.current,
        onCursor: setCursor,
      }),
      latest.current,
      element,
    )
    plot.current = drawn
    const resize = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height }))
    resize.observe(element)
    const theme = new MutationObserver(() => drawn.redraw())
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    return () => {
      resize.disconnect()
      theme.disconnect()
      drawn.destroy()
      plot.current = null
    }
  }, [shape])

  useEffect(() => {
    latestRange.current = start === undefined || end === undefined ? undefined : [start, end]
    plot.current?.setData(data)
  }, [data, start, end])

  const shown = (index: number) => {
    const row = data[smoothed ? index * 2 + 1 : index + 1]
    if (!row) return null
    if (cursor !== null) return row[cursor] ?? null
    for (let at = row.length - 1; at >= 0; at -= 1) if (row[at] !== null) return row[at] ?? null
    return null
  }
  const position = cursor === null ? undefined : data[0]?.[cursor]

  return (
    <figure className={cn('flex min-w-0 flex-col gap-1.5', className)} aria-label={label}>
      <div ref={host} className="w-full min-w-0 overflow-hidden" style={{ height }} />
      <figcaption className="num flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-ink-2">
        {series.map((one, index) => (
          <span key={one.label} className="inline-flex items-center gap-1.5">
            <span aria-hidden="true" className={cn('size-1.75 rounded-full', dots[colors[index] ?? 1])} />
            {one.label} <b className="font-semibold text-ink">{formatValue(shown(index), unit)}</b>
          </span>
        ))}
        {marks.map(({ at, label: begins }) => (
          <span key={at} className="inline-flex items-center gap-1.5">
            <span aria-hidden="true" className="h-3 border-l border-dashed border-ink-3" />
            from {formatPosition(at, axis)}: {begins}
          </span>
        ))}
        {position === undefined ? null : (
          <span className="ml-auto text-ink-3">{formatPosition(position, axis)}</span>
        )}
      </figcaption>
    </figure>
  )
}
