import type { Outputs } from '../../lib/trpc'

export type Metrics = Outputs['run']['metrics']
export type MetricSeries = Metrics['series'][number]

/** What a reader knows once it has an answer: all of it anew, or what it knew with the new points added. */
export function mergeMetrics(known: Metrics | undefined, answer: Metrics): Metrics {
  if (!known || answer.whole) return answer
  const merged = new Map(known.series.map((series) => [nameOf(series), series]))
  for (const fresh of answer.series) {
    const before = merged.get(nameOf(fresh))
    merged.set(nameOf(fresh), before ? { ...before, points: [...before.points, ...fresh.points] } : fresh)
  }
  return { ...answer, series: [...merged.values()] }
}

/** The same key along another axis is another series. */
const nameOf = ({ axis, key }: MetricSeries) => `${axis} ${key}`

/** The range that charts of one axis share, so that what happened together stands at the same place in each. */
export function rangeOf(series: readonly MetricSeries[], end = 0): [number, number] | undefined {
  const ends = series.flatMap(({ points }) => [points[0]?.[0] ?? [], points.at(-1)?.[0] ?? []].flat())
  return ends.length > 0 ? [Math.min(...ends), Math.max(end, ...ends)] : undefined
}
