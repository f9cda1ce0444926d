import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Gpu, HardwareSample } from '@palate/protocol'

type GpuSample = HardwareSample['gpus'][number]

const mebibyte = 1024 * 1024
const timeoutMs = 10_000

/**
 * NVIDIA GPUs by `nvidia-smi`; none when the program is missing or fails.
 *
 * @param env `PATH` to find the program; `CUDA_VISIBLE_DEVICES` limits which GPUs this agent may use
 */
export async function queryGpus(env: Record<string, string>): Promise<Gpu[]> {
  const output = await ask('index,uuid,name,memory.total,driver_version', env)
  return chooseVisible(parseGpus(output), env.CUDA_VISIBLE_DEVICES)
}

/** The current load of the GPUs. */
export async function sampleGpus(env: Record<string, string>): Promise<GpuSample[]> {
  return parseSamples(
    await ask('uuid,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw', env),
  )
}

async function ask(fields: string, env: Record<string, string>): Promise<string> {
  const args = [`--query-gpu=${fields}`, '--format=csv,noheader,nounits']
  try {
    return (await promisify(execFile)('nvidia-smi', args, { timeout: timeoutMs, env })).stdout
  } catch {
    return ''
  }
}

/** Parses `index, uuid, name, MiB, driver` lines; any other line (a driver's message) is ignored. */
export function parseGpus(output: string): (Gpu & { index: number })[] {
  return rows(output).flatMap(([index, uuid, name, mebibytes, driver]) => {
    const memoryBytes = Number(mebibytes) * mebibyte
    return uuid && name && driver && Number.isFinite(memoryBytes)
      ? [{ index: Number(index), uuid, name, memoryBytes, driver }]
      : []
  })
}

/** GPUs that `CUDA_VISIBLE_DEVICES` names by index or by the start of their id; all if it is not set. */
export function chooseVisible(
  gpus: readonly (Gpu & { index: number })[],
  visible: string | undefined,
): Gpu[] {
  const names = visible?.split(',').map((name) => name.trim())
  const ours = (gpu: Gpu & { index: number }) =>
    !names || names.some((name) => name === String(gpu.index) || (name !== '' && gpu.uuid.startsWith(name)))
  return gpus.filter(ours).map(({ index: _index, ...gpu }) => gpu)
}

/** Parses `uuid, %, MiB, MiB, °C, W` lines. A value that a card does not have (`[N/A]`, `[Not Supported]`) is null. */
export function parseSamples(output: string): GpuSample[] {
  return rows(output).flatMap(([uuid, utilization, used, total, temperature, power]) => {
    if (!uuid || power === undefined) return []
    return [
      {
        uuid,
        utilization: scaled(utilization, 1 / 100),
        memoryUsedBytes: scaled(used, mebibyte),
        memoryTotalBytes: scaled(total, mebibyte),
        temperatureC: scaled(temperature, 1),
        powerWatts: scaled(power, 1),
      },
    ]
  })
}

function rows(output: string): string[][] {
  return output.split('\n').map((line) => line.split(',').map((part) => part.trim()))
}

function scaled(text: string | undefined, unit: number): number | null {
  const value = Number(text || Number.NaN)
  return Number.isFinite(value) ? value * unit : null
}
