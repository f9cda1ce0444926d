import { cpus, hostname, totalmem } from 'node:os'
import type { Hardware } from '@palate/protocol'
import { queryGpus } from './nvidia'

/** The hardware of this machine that runs are matched to. */
export async function describeHardware(env: Record<string, string>): Promise<Hardware> {
  const cores = cpus()
  return {
    hostname: hostname(),
    cpuModel: cores[0]?.model.trim() ?? 'unknown',
    cpuCores: Math.max(1, cores.length),
    memoryBytes: totalmem(),
    gpus: await queryGpus(env),
  }
}
