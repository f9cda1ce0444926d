import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { Hardware, HardwareSample } from '@palate/protocol'
import { describe, expect, it } from 'vitest'
import { readMemory, usableCores } from './limits'
import { describeHardware, Sampler, sampleMetrics } from './machine'
import { chooseVisible, parseGpus, parseSamples } from './nvidia'

const gibibyte = 1024 ** 3
const env = { PATH: process.env.PATH ?? '' }
const listed = [
  '0, GPU-1f2e, NVIDIA H200, 143771, 570.86.15',
  '1, GPU-9a00, NVIDIA GeForce RTX 3060, 12288, 570.86.15',
  'Unable to determine the device handle for GPU 0000:81:00.0: Unknown Error',
  '',
].join('\n')

describe('nvidia-smi', () => {
  it('lists the GPUs and ignores other lines', () => {
    const gpus = parseGpus(listed)
    expect(gpus).toHaveLength(2)
    expect(chooseVisible(gpus, undefined)).toEqual([
      { uuid: 'GPU-1f2e', name: 'NVIDIA H200', memoryBytes: 143771 * 1024 * 1024, driver: '570.86.15' },
      { uuid: 'GPU-9a00', name: 'NVIDIA GeForce RTX 3060', memoryBytes: 12 * gibibyte, driver: '570.86.15' },
    ])
  })

  it.each([
    ['1', ['GPU-9a00']],
    ['GPU-1f', ['GPU-1f2e']],
    ['1,0', ['GPU-1f2e', 'GPU-9a00']],
    ['', []],
    ['-1', []],
  ])('shows only what CUDA_VISIBLE_DEVICES=%j leaves', (visible, uuids) => {
    expect(chooseVisible(parseGpus(listed), visible).map(({ uuid }) => uuid)).toEqual(uuids)
  })

  it('reports null for a value that a card does not have', () => {
    const output = [
      'GPU-1f2e, 97, 70123, 143771, 61, 655.21',
      'GPU-9a00, [N/A], 11, 12288, 35, [Not Supported]',
      'Failed to initialize NVML: Driver/library version mismatch',
    ].join('\n')
    expect(parseSamples(output)).toEqual([
      {
        uuid: 'GPU-1f2e',
        utilization: 0.97,
        memoryUsedBytes: 70123 * 1024 ** 2,
        memoryTotalBytes: 143771 * 1024 ** 2,
        temperatureC: 61,
        powerWatts: 655.21,
      },
      {
        uuid: 'GPU-9a00',
        utilization: null,
        memoryUsedBytes: 11 * 1024 ** 2,
        memoryTotalBytes: 12 * gibibyte,
        temperatureC: 35,
        powerWatts: null,
      },
    ])
  })
})

describe('a container', () => {
  async function inGroup<Result>(files: Record<string, string>, work: (group: string) => Promise<Result>) {
    const group = await mkdtemp(join(tmpdir(), 'palate-group-'))
    for (const [name, text] of Object.entries(files)) await writeFile(join(group, name), text)
    return work(group).finally(() => rm(group, { recursive: true }))
  }

  it.each([
    ['100000 100000\n', 1],
    ['50000 100000\n', 1],
    ['max 100000\n', availableParallelism()],
  ])('with the CPU quota %j has %i cores', async (quota, cores) => {
    expect(await inGroup({ 'cpu.max': quota }, usableCores)).toBe(cores)
  })

  it('has its own memory; files in the page cache are not in use', async () => {
    const files = {
      'memory.max': `${64 * 1024 ** 2}\n`,
      'memory.current': `${60 * 1024 ** 2}\n`,
      'memory.stat': `anon 1\ninactive_file ${20 * 1024 ** 2}\nactive_file 5\n`,
    }
    expect(await inGroup(files, readMemory)).toEqual({
      totalBytes: 64 * 1024 ** 2,
      usedBytes: 40 * 1024 ** 2,
    })
  })

  it.each<Record<string, string>>([{}, { 'memory.max': 'max\n' }])(
    'without a limit has the memory of the machine: %j',
    async (files) => {
      expect((await inGroup(files, readMemory)).totalBytes).toBe(totalmem())
    },
  )
})

describe('this machine', () => {
  it('is described by the schema of the protocol', async () => {
    expect(Hardware.parse(await describeHardware(env)).cpuCores).toBeGreaterThan(0)
  })

  it('is sampled: shares are between 0 and 1, and the disk is that of the folder', async () => {
    const sampler = new Sampler({ folder: tmpdir(), env, gpus: [] })
    for (const end = Date.now() + 60; Date.now() < end; ) Math.sqrt(2)
    const sample = HardwareSample.parse(await sampler.sample())
    expect(sample.cpu).toBeGreaterThan(0)
    expect(sample.cpu).toBeLessThanOrEqual(1)
    expect(sample.memoryUsedBytes).toBeLessThan(sample.memoryTotalBytes)
    expect(sample.diskFreeBytes).toBeLessThanOrEqual(sample.diskTotalBytes ?? 0)
    const metrics = sampleMetrics(sample, [])
    expect(Object.keys(metrics)).toEqual(['system/cpu', 'system/memory', 'system/disk'])
    for (const value of Object.values(metrics)) expect(value).toBeGreaterThan(0)
  })

  it('numbers the GPUs of an attempt as the attempt sees them, and leaves out others', () => {
    const gpus = parseSamples(
      'GPU-a, 10, 512, 1024, 40, 100\nGPU-b, [N/A], 256, 1024, 50, 200\nGPU-c, 1, 1, 1, 1, 1',
    )
    const sample = {
      ...{ at: 0, cpu: null, memoryUsedBytes: 1, memoryTotalBytes: 4 },
      ...{ diskFreeBytes: null, diskTotalBytes: null, gpus },
    }
    expect(sampleMetrics(sample, ['GPU-b', 'GPU-a'])).toEqual({
      'system/memory': 0.25,
      'system/gpu.0/memory': 0.25,
      'system/gpu.0/temperature': 50,
      'system/gpu.0/power': 200,
      'system/gpu.1/utilization': 0.1,
      'system/gpu.1/memory': 0.5,
      'system/gpu.1/temperature': 40,
      'system/gpu.1/power': 100,
    })
  })
})
