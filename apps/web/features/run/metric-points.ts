export type MetricSeries = { key: string; points: readonly (readonly [step: number, value: number])[] }

/** The highest step of any series, or undefined before the first point. */
export function lastStep(series: readonly MetricSeries[] | undefined): number | undefined {
  const steps = (series ?? []).flatMap(({ points }) => points.at(-1)?.[0] ?? [])
  return steps.length > 0 ? Math.max(...steps) : undefined
}

/** Adds the points that came after the known ones; a series that is new joins, a step that is known is kept. */
export function appendPoints(
  known: readonly MetricSeries[] | undefined,
  fresh: readonly MetricSeries[],
): MetricSeries[] {
  const merged = new Map((known ?? []).map((series) => [series.key, series]))
  for (const { key, points } of fresh) {
    const before = merged.get(key)?.points ?? []
    const last = before.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY
    merged.set(key, { key, points: [...before, ...points.filter(([step]) => step > last)] })
  }
  return [...merged.values()]
}
