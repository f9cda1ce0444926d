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

test('describes a GPU as text and shares', () => {
  expect(gpuGauges(gpu)).toEqual([
    { name: 'Utilization', share: 0.643, text: '64%', tone: 'accent' },
    { name: 'Memory', share: 21.4e9 / 24e9, text: '21 of 24 GB', tone: 'accent' },
    { name: 'Temperature', share: 71.4 / 100, text: '71 °C', tone: 'accent' },
    { name: 'Power', share: null, text: '303 W', tone: 'plain' },
  ])
})

test('warns by tone about high temperature and full memory', () => {
  const heat = (temperatureC: number) => gpuGauges({ ...gpu, temperatureC })[2]?.tone
  expect([82, 83, 92].map(heat)).toEqual(['accent', 'warn', 'bad'])
  expect(hostGauges(sample).map(({ name, tone }) => [name, tone])).toEqual([
    ['CPU', 'accent'],
    ['Memory', 'warn'],
    ['Disk', 'bad'],
  ])
})

test('shows both units where they differ', () => {
  const disk = (diskFreeBytes: number, diskTotalBytes: number) =>
    hostGauges({ ...sample, diskFreeBytes, diskTotalBytes })[2]?.text
  expect([disk(40e9, 1e12), disk(5e9, 5.4e9), disk(3.5e12, 4e12)]).toEqual([
    ...['960 GB of 1.0 TB', '400 MB of 5.4 GB', '500 GB of 4.0 TB'],
  ])
})

test('shows missing values as missing, not as zero', () => {
  const silent = { utilization: null, memoryUsedBytes: null, temperatureC: null, powerWatts: null }
  expect(
    gpuGauges({ ...gpu, ...silent }).every(({ share, text }) => share === null && text === 'not reported'),
  ).toBe(true)
  expect(hostGauges({ ...sample, cpu: null, diskFreeBytes: null }).map(({ text }) => text)).toEqual([
    'not reported',
    '31 of 32 GB',
    'not reported',
  ])
})
