import { Hardware, HelloReply } from '@palate/protocol'
import { describe, expect, it } from 'vitest'
import { describeHardware } from './describe'
import { parseGpus } from './nvidia'

describe('hardware', () => {
  it('reads the lines of nvidia-smi and leaves complaints out', () => {
    const output = 'GPU-1f2e, NVIDIA H200, 143771, 570.86.15\nUnable to determine the device handle\n\n'
    expect(parseGpus(output)).toEqual([
      { uuid: 'GPU-1f2e', name: 'NVIDIA H200', memoryBytes: 143771 * 1024 * 1024, driver: '570.86.15' },
    ])
  })

  it('describes this machine in the words of the protocol', async () => {
    expect(Hardware.parse(await describeHardware()).cpuCores).toBeGreaterThan(0)
    expect(HelloReply.safeParse({}).success).toBe(false)
  })
})
