import { expect, it } from 'vitest'
import { groupClockCharts, groupStepCharts } from './chart-groups'
import type { MetricSeries } from './metrics'

const along = (axis: MetricSeries['axis'], keys: readonly string[]): MetricSeries[] =>
  keys.map((key) => ({ key, axis, points: [] }))
const keysOf = (groups: readonly { series: readonly MetricSeries[] }[]) =>
  groups.flatMap(({ series }) => series.map(({ key }) => key)).sort()

it('shows every curve once, the known ones first and by their names', () => {
  const keys = ['zeta', 'rewards/rejected', 'eval/loss', 'loss', 'rewards/chosen', 'alpha', 'grad_norm']
  const groups = groupStepCharts(along('step', keys))
  expect(groups.map(({ title }) => title)).toEqual(['Loss', 'Rewards', 'Gradient norm', 'alpha', 'zeta'])
  expect(groups[0]?.series.map(({ key }) => groups[0]?.names[key])).toEqual(['training', 'held out'])
  expect(keysOf(groups)).toEqual([...keys].sort())
})

it('begins with what shows whether a preference training goes well', () => {
  const keys = [
    'logits/chosen',
    'rewards/accuracies',
    'rewards/chosen',
    'grad_norm',
    'loss',
    'rewards/margins',
  ]
  const groups = groupStepCharts(along('step', keys))
  expect(groups.slice(0, 3).map(({ title }) => title)).toEqual(['Loss', 'Reward margin', 'Reward accuracy'])
  expect(groups.map(({ main }) => main ?? false)).toEqual([true, true, true, false, false, false])
})

it('keeps what was measured by the clock apart, its shares together and each GPU in turn', () => {
  const gpu = (number: number) =>
    ['memory', 'power', 'temperature', 'utilization'].map((name) => `system/gpu.${number}/${name}`)
  const keys = ['system/disk', 'system/cpu', ...gpu(10), ...gpu(2), 'system/fans']
  const series = [...along('step', ['loss']), ...along('seconds', keys)]
  expect(groupStepCharts(series).map(({ title }) => title)).toEqual(['Loss'])
  const machine = groupClockCharts(series)
  expect(machine.map(({ title, unit }) => [title, unit])).toEqual([
    ['Processor, memory, disk', '%'],
    ...[2, 10].flatMap((number) => [
      [`GPU ${number}`, '%'],
      [`GPU ${number}, temperature`, '°C'],
      [`GPU ${number}, power`, 'W'],
    ]),
    ['system/fans', undefined],
  ])
  expect(keysOf(machine)).toEqual([...keys].sort())
})
