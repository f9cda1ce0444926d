import type uPlot from 'uplot'
import { type ChartAxis, formatClock, formatShare, formatTick } from './format'

const token = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

/** A color of the theme in force, read at each draw so that a change of theme only needs a redraw. */
const stroke =
  (name: string, share = 100) =>
  () =>
    share === 100 ? token(name) : `color-mix(in srgb, ${token(name)} ${share}%, transparent)`

const axisFont = '11px "Inter Variable", system-ui, sans-serif'

/** A place on x where something began. */
export interface ChartMark {
  at: number
  label: string
}

/** A dashed line from top to bottom at each mark in sight. */
function drawMarks(plot: uPlot, marks: readonly ChartMark[]) {
  const { ctx, bbox, scales } = plot
  const [from, to] = [scales.x?.min ?? 0, scales.x?.max ?? 0]
  ctx.save()
  ctx.strokeStyle = token('ink-3')
  ctx.lineWidth = devicePixelRatio
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio])
  for (const { at } of marks.filter((mark) => mark.at >= from && mark.at <= to)) {
    const x = plot.valToPos(at, 'x', true)
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
  }
  ctx.restore()
}

/** Draws a dot at the last value of each series of a chart that is still growing. */
function drawHeads(plot: uPlot, colors: readonly number[], stride: number) {
  const { ctx } = plot
  const ratio = devicePixelRatio
  colors.forEach((color, index) => {
    const row = plot.data[(index + 1) * stride]
    const x = plot.data[0]
    if (!row || !x) return
    let last = row.length - 1
    while (last >= 0 && (row[last] === null || row[last] === undefined)) last -= 1
    const value = row[last]
    const step = x[last]
    if (value === null || value === undefined || step === undefined) return
    ctx.beginPath()
    ctx.arc(plot.valToPos(step, 'x', true), plot.valToPos(value, 'y', true), 3.5 * ratio, 0, 2 * Math.PI)
    ctx.fillStyle = token(`series-${color}`)
    ctx.fill()
  })
}

/**
 * The style of a chart: no frame, few horizontal lines, a faded raw line behind each smoothed one.
 *
 * @param smoothed doubles the rows: for each series the raw one, then the smoothed one.
 */
export function chartOptions({
  width,
  height,
  colors,
  smoothed,
  live,
  axis,
  unit,
  range,
  marks,
  onCursor,
}: {
  width: number
  height: number
  colors: readonly number[]
  smoothed: boolean
  live: boolean
  axis: ChartAxis
  unit?: string
  /** Of x, asked at each drawing of new data; undefined for that of the data. */
  range: () => readonly [number, number] | undefined
  /** Asked at each drawing. */
  marks: () => readonly ChartMark[]
  onCursor: (index: number | null) => void
}): uPlot.Options {
  const line = (color: number, faded: boolean): uPlot.Series => ({
    stroke: stroke(`series-${color}`, faded ? 26 : 100),
    width: faded ? 1 : 1.8,
    spanGaps: true,
    points: { show: (plot) => (plot.data[0]?.length ?? 0) < 3 && !faded },
  })
  const isShare = unit === '%'
  const isClock = axis === 'seconds'
  const plain: uPlot.Axis = {
    stroke: stroke('ink-3'),
    font: axisFont,
    ticks: { show: false },
    values: (_plot, splits, _axis, _space, increment) => splits.map((value) => formatTick(value, increment)),
  }
  return {
    width,
    height,
    padding: [8, 10, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false } },
    scales: {
      x: {
        time: false,
        range: (_, min, max) => {
          const [from, to] = range() ?? [min, max]
          return [from, Math.max(to, from + 1)]
        },
      },
      y: { range: isShare ? [0, 1] : (_, min, max) => padRange(min, max) },
    },
    axes: [
      {
        ...plain,
        grid: { show: false },
        size: 26,
        gap: 4,
        space: 56,
        ...(isClock ? { incrs: clockIncrements } : {}),
        values: (_, splits) =>
          splits.map((step) =>
            Number.isInteger(step) ? (isClock ? formatClock(step) : step.toLocaleString('en')) : '',
          ),
      },
      {
        ...plain,
        ...(isShare ? { values: (_: uPlot, splits: number[]) => splits.map(formatShare) } : {}),
        grid: { stroke: stroke('line'), width: 1 },
        size: roomFor,
        gap: 6,
        space: 38,
      },
    ],
    series: [
      {},
      ...colors.flatMap((color) =>
        smoothed ? [line(color, true), line(color, false)] : [line(color, false)],
      ),
    ],
    hooks: {
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
      draw: [
        (plot) => drawMarks(plot, marks()),
        (plot) => (live ? drawHeads(plot, colors, smoothed ? 2 : 1) : undefined),
      ],
    },
  }
}

/** Between two ticks of a clock, in seconds. */
const clockIncrements = [
  1, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400, 604_800,
]

function padRange(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null || !Number.isFinite(min) || !Number.isFinite(max)) return [0, 1]
  if (min === max) return [min - (Math.abs(min) * 0.1 || 0.5), max + (Math.abs(max) * 0.1 || 0.5)]
  const pad = (max - min) * 0.06
  return [min >= 0 && min - pad < 0 ? 0 : min - pad, max + pad]
}

/** The width of an axis whose longest label is known: the labels are set in a small type of even digits. */
const roomFor = (_plot: uPlot, labels: string[] | null): number =>
  Math.max(46, 14 + 6.5 * Math.max(0, ...(labels ?? []).map(({ length }) => length)))
