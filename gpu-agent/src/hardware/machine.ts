import { statfs } from 'node:fs/promises'
import { cpus, hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Hardware, HardwareSample } from '@palate/protocol'
import { readMemory, usableCores } from './limits'
import { queryGpus, sampleGpus } from './nvidia'

/** The hardware that runs are matched to: of this machine, or what a container may use of it. */
export async function describeHardware(env: Record<string, string>): Promise<Hardware> {
  return {
    hostname: hostname(),
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cpuCores: await usableCores(),
    memoryBytes: (await readMemory()).totalBytes,
    gpus: await queryGpus(env),
  }
}

type CpuTimes = { busy: number; total: number }

/** Samples the machine periodically. With GPUs, each sample is one call of `nvidia-smi`. */
export class Sampler {
  private before = readCpu()

  constructor(
    private readonly options: {
      /** The folder whose disk is reported. */
      folder: string
      env: Record<string, string>
      /** Ids of the GPUs that this agent may use; others are not reported. */
      gpus: readonly string[]
    },
  ) {}

  /** Calls back with a sample every `everyMs` until the signal aborts. */
  async run(everyMs: number, report: (sample: HardwareSample) => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined)
      if (!signal.aborted) report(await this.sample())
    }
  }

  /** The CPU's share is the mean since the previous sample. */
  async sample(): Promise<HardwareSample> {
    const { folder, env, gpus } = this.options
    const disk = await statfs(folder).catch(() => null)
    const found = gpus.length > 0 ? await sampleGpus(env) : []
    const now = readCpu()
    const total = now.total - this.before.total
    const cpu = total > 0 ? Math.min(1, Math.max(0, (now.busy - this.before.busy) / total)) : null
    this.before = now
    const memory = await readMemory()
    return {
      at: Date.now(),
      cpu,
      memoryUsedBytes: memory.usedBytes,
      memoryTotalBytes: memory.totalBytes,
      diskFreeBytes: disk && disk.bavail * disk.bsize,
      diskTotalBytes: disk && disk.blocks * disk.bsize,
      gpus: found.filter(({ uuid }) => gpus.includes(uuid)),
    }
  }
}

/**
 * A sample as the metrics of an attempt: shares from 0 to 1, degrees Celsius, watts. GPUs are numbered in the order in
 * which the attempt sees them; those of other attempts are left out.
 */
export function sampleMetrics(sample: HardwareSample, gpus: readonly string[]): Record<string, number> {
  const { cpu, diskFreeBytes, diskTotalBytes } = sample
  const values: Record<string, number | null> = {
    'system/cpu': cpu,
    'system/memory': share(sample.memoryUsedBytes, sample.memoryTotalBytes),
    'system/disk':
      diskFreeBytes === null ? null : share((diskTotalBytes ?? 0) - diskFreeBytes, diskTotalBytes),
  }
  gpus.forEach((uuid, number) => {
    const gpu = sample.gpus.find((one) => one.uuid === uuid)
    if (!gpu) return
    const key = `system/gpu.${number}`
    values[`${key}/utilization`] = gpu.utilization
    values[`${key}/memory`] = share(gpu.memoryUsedBytes, gpu.memoryTotalBytes)
    values[`${key}/temperature`] = gpu.temperatureC
    values[`${key}/power`] = gpu.powerWatts
  })
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== null),
  )
}

function share(part: number | null, whole: number | null): number | null {
  return part === null || !whole ? null : part / whole
}

function readCpu(): CpuTimes {
  const times = cpus().map((core) => core.times)
  const total = times.reduce((sum, time) => sum + time.user + time.nice + time.sys + time.irq + time.idle, 0)
  return { busy: total - times.reduce((sum, { idle }) => sum + idle, 0), total }
}
