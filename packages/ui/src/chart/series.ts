export type ChartSeries = {
  label: string
  /** Ascending x, e.g. steps. */
  x: readonly number[]
  /** As many values as `x`. */
  y: readonly number[]
  /** Which of the six series colors; by position when left out. */
  color?: 1 | 2 | 3 | 4 | 5 | 6
}

/** Lays several series on one shared, ascending x; where a series has no point there, it has `null`. */
export function align(series: readonly ChartSeries[]): { x: number[]; ys: (number | null)[][] } {
  const x = [...new Set(series.flatMap((one) => one.x))].sort((a, b) => a - b)
  const position = new Map(x.map((value, index) => [value, index]))
  const ys = series.map((one) => {
    const row: (number | null)[] = new Array(x.length).fill(null)
    one.x.forEach((value, index) => {
      const at = position.get(value)
      const y = one.y[index]
      if (at !== undefined && y !== undefined && Number.isFinite(y)) row[at] = y
    })
    return row
  })
  return { x, ys }
}

/**
 * Exponential moving average, corrected for its start from nothing (the debiasing of Adam, Kingma & Ba 2015,
 * §3), so that the first points are not pulled to zero. Non-finite and missing values are passed over.
 *
 * @param weight 0 leaves the values as they are; towards 1 the past counts more.
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return [...values]
  let average = 0
  let mass = 0
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return null
    average = average * weight + value * (1 - weight)
    mass = mass * weight + (1 - weight)
    return average / mass
  })
}
