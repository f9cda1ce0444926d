import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Gpu } from '@palate/protocol'

const mebibyte = 1024 * 1024

/** NVIDIA GPUs by `nvidia-smi`; none where there is no such program or it fails. */
export async function queryGpus(): Promise<Gpu[]> {
  const args = ['--query-gpu=uuid,name,memory.total,driver_version', '--format=csv,noheader,nounits']
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', args, { timeout: 10_000 })
    return parseGpus(stdout)
  } catch {
    return []
  }
}

/** Parses `uuid, name, MiB, driver` lines; a line that is none (a driver's complaint) is left out. */
export function parseGpus(output: string): Gpu[] {
  return output
    .split('\n')
    .map((line) => line.split(',').map((part) => part.trim()))
    .flatMap(([uuid, name, mebibytes, driver]) => {
      const memoryBytes = Number(mebibytes) * mebibyte
      return uuid && name && driver && Number.isFinite(memoryBytes)
        ? [{ uuid, name, memoryBytes, driver }]
        : []
    })
}
