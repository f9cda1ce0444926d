import { expect, it } from 'vitest'
import { groupCharts, groupMachineCharts } from './chart-groups'

it('shows every curve once, the known ones first', () => {
  const keys = ['zeta', 'rewards/rejected', 'loss', 'rewards/chosen', 'alpha']
  const groups = groupCharts(keys.map((key) => ({ key, points: [] })))
  expect(groups.map(({ title }) => title)).toEqual(['loss', 'rewards', 'alpha', 'zeta'])
  expect(groups.flatMap(({ series }) => series.map(({ key }) => key)).sort()).toEqual([...keys].sort())
})

it('keeps what the machine did apart, its shares together and each GPU in turn', () => {
  const gpu = (number: number) =>
    ['memory', 'power', 'temperature', 'utilization'].map((name) => `system/gpu.${number}/${name}`)
  const keys = ['loss', 'system/disk', 'system/cpu', ...gpu(10), ...gpu(2), 'system/fans']
  const series = keys.map((key) => ({ key, points: [] }))
  expect(groupCharts(series).map(({ title }) => title)).toEqual(['loss'])
  const machine = groupMachineCharts(series)
  expect(machine.map(({ title, share }) => (share ? `${title} %` : title))).toEqual([
    'Processor, memory, disk %',
    ...['GPU 2 %', 'GPU 2, temperature', 'GPU 2, power'],
    ...['GPU 10 %', 'GPU 10, temperature', 'GPU 10, power'],
    'system/fans',
  ])
  expect(machine.flatMap((one) => one.series.map(({ key }) => key)).sort()).toEqual(keys.slice(1).sort())
})
