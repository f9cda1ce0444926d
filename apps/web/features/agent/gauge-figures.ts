import type { HardwareSample } from '@palate/protocol'
import type { Tone } from '@palate/ui'
import { formatBytes } from '../../lib/format'

/** One bar and its value as text. `share` is null where there is no scale. */
export interface Gauge {
  name: string
  share: number | null
  text: string
  tone: Tone
}

type GpuSample = HardwareSample['gpus'][number]

const unknown = (name: string): Gauge => ({ name, share: null, text: 'not reported', tone: 'plain' })
const percent = (share: number) => `${Math.round(share * 100)}%`
const toneOf = (share: number, warn: number, bad: number): Tone =>
  share >= bad ? 'bad' : share >= warn ? 'warn' : 'accent'

/** "used of total". */
function space(name: string, used: number | null, total: number | null, warn: number, bad: number): Gauge {
  if (used === null || !total) return unknown(name)
  const share = used / total
  const whole = formatBytes(total)
  const part = formatBytes(used)
  // "21 of 24 GB": one unit if both have the same, for narrow screens.
  const unit = whole.slice(whole.indexOf(' '))
  const text = `${part.endsWith(unit) ? part.slice(0, -unit.length) : part} of ${whole}`
  return { name, share, text, tone: toneOf(share, warn, bad) }
}

const busy = (name: string, share: number | null): Gauge =>
  share === null ? unknown(name) : { name, share, text: percent(share), tone: 'accent' }

/** Utilization, memory, temperature on a scale to 100 °C, and power, which has no scale. */
export function gpuGauges(gpu: GpuSample): Gauge[] {
  const { utilization, memoryUsedBytes, memoryTotalBytes, temperatureC, powerWatts } = gpu
  return [
    busy('Utilization', utilization),
    // Training fills a GPU on purpose: only a GPU without free memory is a warning.
    space('Memory', memoryUsedBytes, memoryTotalBytes, 0.97, 0.995),
    temperatureC === null
      ? unknown('Temperature')
      : {
          ...{ name: 'Temperature', share: temperatureC / 100, text: `${Math.round(temperatureC)} °C` },
          tone: toneOf(temperatureC, 83, 92),
        },
    powerWatts === null
      ? unknown('Power')
      : { name: 'Power', share: null, text: `${Math.round(powerWatts)} W`, tone: 'plain' },
  ]
}

/** CPU, memory, and the disk with the work folder of the agent. */
export function hostGauges(sample: HardwareSample): Gauge[] {
  const { cpu, memoryUsedBytes, memoryTotalBytes, diskFreeBytes, diskTotalBytes } = sample
  const diskUsed = diskFreeBytes === null || diskTotalBytes === null ? null : diskTotalBytes - diskFreeBytes
  return [
    busy('CPU', cpu),
    space('Memory', memoryUsedBytes, memoryTotalBytes, 0.9, 0.97),
    space('Disk', diskUsed, diskTotalBytes, 0.9, 0.97),
  ]
}
