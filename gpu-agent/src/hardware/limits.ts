import { readFile } from 'node:fs/promises'
import { availableParallelism, freemem, totalmem } from 'node:os'
import { join } from 'node:path'

/** Where Linux shows a container its own limits (cgroup v2). */
const ownGroup = '/sys/fs/cgroup'

export type Memory = { totalBytes: number; usedBytes: number }

/** The cores that this process may use: those of its CPU affinity, and no more than its container's quota. */
export async function usableCores(group = ownGroup): Promise<number> {
  const [quota, period] = (await read(group, 'cpu.max')).split(' ').map(Number)
  const cores = availableParallelism()
  return quota && period ? Math.max(1, Math.min(cores, Math.ceil(quota / period))) : cores
}

/** The machine's memory, or the container's where that has less; file pages that can be dropped are not in use. */
export async function readMemory(group = ownGroup): Promise<Memory> {
  const limit = Number(await read(group, 'memory.max'))
  if (!limit || limit >= totalmem()) return { totalBytes: totalmem(), usedBytes: totalmem() - freemem() }
  const current = Number(await read(group, 'memory.current'))
  const droppable = Number(/^inactive_file (\d+)$/m.exec(await read(group, 'memory.stat'))?.[1] ?? 0)
  return { totalBytes: limit, usedBytes: Math.min(limit, Math.max(0, current - droppable)) }
}

const read = (group: string, file: string) =>
  readFile(join(group, file), 'utf8').then(
    (text) => text.trim(),
    () => '',
  )
