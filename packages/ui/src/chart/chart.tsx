'use client'

import { useEffect, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import { cn } from '../cn'
import { align, type ChartSeries } from './align'
import { formatClock, formatFigure, formatShare } from './format'
import { chartOptions } from './options'
import { smooth } from './smooth'

const dots = ['', 'bg-series-1', 'bg-series-2', 'bg-series-3', 'bg-series-4', 'bg-series-5', 'bg-series-6']

/**
 * Lines over steps. Grows with its data, follows the theme, fits its column, and names each series with its
 * value: the last one, or the one under the pointer.
 */
export function Chart({
  series,
  smoothing = 0,
  height = 200,
  live = false,
  xMax,
  share = false,
  clock = false,
  label,
  className,
}: {
  series: readonly ChartSeries[]
  /** Weight of the moving average, 0 to below 1; the raw line stays faded behind. */
  smoothing?: number
  height?: number
  /** Marks the last point, as more are to come. */
  live?: boolean
  /** Where x will end, when that is known before the data gets there. */
  xMax?: number
  /** Values are shares of a whole: from nothing to all of it, in per cent. */
  share?: boolean
  /** x is in seconds. */
  clock?: boolean
  label: string
  className?: string
}) {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(null)
  const [cursor, setCursor] = useState<number | null>(null)
  const smoothed = smoothing > 0
  const colors = series.map((one, index) => one.color ?? (index % 6) + 1)
  const shape = JSON.stringify([colors, smoothed, height, live, xMax, share, clock])

  const data = useMemo<uPlot.AlignedData>(() => {
    const { x, ys } = align(series)
    return [x, ...ys.flatMap((row) => (smoothed ? [row, smooth(row, smoothing)] : [row]))]
  }, [series, smoothing, smoothed])
  const latest = useRef(data)
  latest.current = data

  useEffect(() => {
    const element = host.current
    if (!element) return
    const [lines, doubled, tall, growing, end, shares, timed] = JSON.parse(shape) as [
      number[],
      boolean,
      number,
      boolean,
      number | null,
      boolean,
      boolean,
    ]
    const drawn = new uPlot(
      chartOptions({
        width: element.clientWidth,
        height: tall,
        colors: lines,
        smoothed: doubled,
        live: growing,
        xMax: end ?? undefined,
        share: shares,
        clock: timed,
        onCursor: setCursor,
      }),
      latest.current,
      element,
    )
    plot.current = drawn
    const resize = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: tall }))
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
    if (plot.current && plot.current.data !== data) plot.current.setData(data)
  }, [data])

  const shown = (index: number) => {
    const row = data[smoothed ? index * 2 + 1 : index + 1]
    if (!row) return null
    if (cursor !== null) return row[cursor] ?? null
    for (let at = row.length - 1; at >= 0; at -= 1) if (row[at] !== null) return row[at] ?? null
    return null
  }
  const step = cursor === null ? undefined : data[0]?.[cursor]

  return (
    <figure className={cn('flex min-w-0 flex-col gap-1.5', className)} aria-label={label}>
      <div ref={host} className="w-full min-w-0 overflow-hidden" style={{ height }} />
      <figcaption className="num flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-ink-2">
        {series.map((one, index) => (
          <span key={one.label} className="inline-flex items-center gap-1.5">
            <span aria-hidden="true" className={cn('size-1.75 rounded-full', dots[colors[index] ?? 1])} />
            {one.label}{' '}
            <b className="font-semibold text-ink">
              {share ? formatShare(shown(index)) : formatFigure(shown(index))}
            </b>
          </span>
        ))}
        {step === undefined ? null : (
          <span className="ml-auto text-ink-3">
            {clock ? formatClock(step) : `step ${step.toLocaleString('en')}`}
          </span>
        )}
      </figcaption>
    </figure>
  )
}
