import type { HardwareSample } from '@palate/protocol'
import type { Tone } from '@palate/ui'
import { formatBytes } from '../../lib/format'

/** One bar: how full, and the same in words for who cannot see it. `share` is null where there is no scale. */
export interface Gauge {
  name: string
  share: number | null
  words: string
  tone: Tone
}

type GpuSample = HardwareSample['gpus'][number]

const unknown = (name: string): Gauge => ({ name, share: null, words: 'not told', tone: 'plain' })
const percent = (share: number) => `${Math.round(share * 100)} %`
const toneOf = (share: number, warn: number, bad: number): Tone =>
  share >= bad ? 'bad' : share >= warn ? 'warn' : 'accent'

/** Used of total, in one unit. */
function space(name: string, used: number | null, total: number | null, warn: number, bad: number): Gauge {
  if (used === null || !total) return unknown(name)
  const share = used / total
  const whole = formatBytes(total)
  const part = formatBytes(used)
  // "21 of 24 GB": the unit is said once where it is the same, for narrow screens.
  const unit = whole.slice(whole.indexOf(' '))
  const words = `${part.endsWith(unit) ? part.slice(0, -unit.length) : part} of ${whole}`
  return { name, share, words, tone: toneOf(share, warn, bad) }
}

const busy = (name: string, share: number | null): Gauge =>
  share === null ? unknown(name) : { name, share, words: percent(share), tone: 'accent' }

/** Utilization, memory, temperature on a scale to 100 °C, and power, which has no scale of its own. */
export function gpuGauges(gpu: GpuSample): Gauge[] {
  const { utilization, memoryUsedBytes, memoryTotalBytes, temperatureC, powerWatts } = gpu
  return [
    busy('At work', utilization),
    // Training fills a GPU on purpose: only what cannot hold anything more is a warning.
    space('Memory', memoryUsedBytes, memoryTotalBytes, 0.97, 0.995),
    temperatureC === null
      ? unknown('Heat')
      : {
          ...{ name: 'Heat', share: temperatureC / 100, words: `${Math.round(temperatureC)} °C` },
          tone: toneOf(temperatureC, 83, 92),
        },
    powerWatts === null
      ? unknown('Power')
      : { name: 'Power', share: null, words: `${Math.round(powerWatts)} W`, tone: 'plain' },
  ]
}

/** Processor, memory, and the disk that holds the agent's work. */
export function hostGauges(sample: HardwareSample): Gauge[] {
  const { cpu, memoryUsedBytes, memoryTotalBytes, diskFreeBytes, diskTotalBytes } = sample
  const diskUsed = diskFreeBytes === null || diskTotalBytes === null ? null : diskTotalBytes - diskFreeBytes
  return [
    busy('CPU', cpu),
    space('Memory', memoryUsedBytes, memoryTotalBytes, 0.9, 0.97),
    space('Disk', diskUsed, diskTotalBytes, 0.9, 0.97),
  ]
}
