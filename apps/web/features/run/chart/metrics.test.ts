import { expect, it } from 'vitest'
import { type MetricSeries, type Metrics, mergeMetrics, rangeOf } from './metrics'

const series = (key: string, axis: MetricSeries['axis'], ...positions: number[]): MetricSeries => ({
  key,
  axis,
  points: positions.map((position) => [position, position / 8]),
})
const answer = (cursor: string, whole: boolean, ...all: MetricSeries[]): Metrics => ({
  ...{ cursor, whole, series: all, hidden: 0 },
})

it('adds to each series its own new points, and lets a new series join', () => {
  const known = answer('a', true, series('loss', 'step', 10, 20), series('system/cpu', 'seconds', 300, 310))
  const merged = mergeMetrics(
    known,
    answer('b', false, series('loss', 'step', 30), series('grad_norm', 'step', 30)),
  )
  expect(merged).toEqual(
    answer(
      ...(['b', false] as const),
      series('loss', 'step', 10, 20, 30),
      series('system/cpu', 'seconds', 300, 310),
      series('grad_norm', 'step', 30),
    ),
  )
  expect(merged.series[1]).toBe(known.series[1])
})

it('keeps a key along two axes apart', () => {
  const known = answer('a', true, series('speed', 'step', 1))
  const merged = mergeMetrics(known, answer('b', false, series('speed', 'seconds', 1)))
  expect(merged.series.map(({ axis }) => axis)).toEqual(['step', 'seconds'])
})

it('starts over with an answer that is whole', () => {
  const whole = answer('b', true, series('loss', 'step', 1, 3))
  expect(mergeMetrics(answer('a', true, series('loss', 'step', 1, 2)), whole)).toBe(whole)
})

it('gives the charts of an axis one range', () => {
  const both = [series('loss', 'step', 10, 20), series('eval/loss', 'step', 15)]
  expect(rangeOf(both)).toEqual([10, 20])
  expect(rangeOf(both, 400)).toEqual([10, 400])
  expect(rangeOf([])).toBeUndefined()
})
