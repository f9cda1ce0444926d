import type { HardwareSample } from '@palate/protocol'
import { expect, test } from 'vitest'
import { gpuGauges, hostGauges } from './gauge-figures'

const gpu: HardwareSample['gpus'][number] = {
  uuid: 'GPU-1',
  utilization: 0.643,
  memoryUsedBytes: 21.4e9,
  memoryTotalBytes: 24e9,
  temperatureC: 71.4,
  powerWatts: 302.6,
}
const sample: HardwareSample = {
  at: 0,
  cpu: 0.5,
  memoryUsedBytes: 30.5e9,
  memoryTotalBytes: 32e9,
  diskFreeBytes: 2e9,
  diskTotalBytes: 100e9,
  gpus: [gpu],
}

test('a GPU in words and shares', () => {
  expect(gpuGauges(gpu)).toEqual([
    { name: 'At work', share: 0.643, words: '64 %', tone: 'accent' },
    { name: 'Memory', share: 21.4e9 / 24e9, words: '21 of 24 GB', tone: 'accent' },
    { name: 'Heat', share: 71.4 / 100, words: '71 °C', tone: 'accent' },
    { name: 'Power', share: null, words: '303 W', tone: 'plain' },
  ])
})

test('what is hot or full says so by its tone', () => {
  const heat = (temperatureC: number) => gpuGauges({ ...gpu, temperatureC })[2]?.tone
  expect([82, 83, 92].map(heat)).toEqual(['accent', 'warn', 'bad'])
  expect(hostGauges(sample).map(({ name, tone }) => [name, tone])).toEqual([
    ['CPU', 'accent'],
    ['Memory', 'warn'],
    ['Disk', 'bad'],
  ])
})

test('each unit is said where the two differ', () => {
  const disk = (diskFreeBytes: number, diskTotalBytes: number) =>
    hostGauges({ ...sample, diskFreeBytes, diskTotalBytes })[2]?.words
  expect([disk(40e9, 1e12), disk(5e9, 5.4e9), disk(3.5e12, 4e12)]).toEqual([
    ...['960 GB of 1.0 TB', '400 MB of 5.4 GB', '500 GB of 4.0 TB'],
  ])
})

test('what a machine does not tell is said as that, never as nought', () => {
  const silent = { utilization: null, memoryUsedBytes: null, temperatureC: null, powerWatts: null }
  expect(
    gpuGauges({ ...gpu, ...silent }).every(({ share, words }) => share === null && words === 'not told'),
  ).toBe(true)
  expect(hostGauges({ ...sample, cpu: null, diskFreeBytes: null }).map(({ words }) => words)).toEqual([
    'not told',
    '31 of 32 GB',
    'not told',
  ])
})
