import type { Gpu, RunKind, RunNeeds } from '@palate/protocol'

/** What an agent offers to a run: all its hardware, or what is free now. */
export interface Capacity {
  agentId: string
  kinds: readonly string[]
  labels: readonly string[]
  gpus: readonly Pick<Gpu, 'uuid' | 'memoryBytes'>[]
  /** A machine without a GPU: it runs one attempt, on its CPU. */
  cpuOnly: boolean
}

export interface Wanted {
  kind: RunKind
  needs: RunNeeds
}

/** The first thing that a capacity lacks. */
export type UnmetNeed =
  | { lacks: 'agent' }
  | { lacks: 'kind' }
  | { lacks: 'labels'; missing: string[] }
  | { lacks: 'gpus'; needed: number; has: number }
  | { lacks: 'memory'; neededBytes: number; largestBytes: number; needed: number }

/** Null when the capacity meets all needs. The query in next-queued.ts is the same in SQL; a test compares the two. */
export function findUnmetNeed({ kind, needs }: Wanted, capacity: Capacity): UnmetNeed | null {
  if (needs.agentId !== null && needs.agentId !== capacity.agentId) return { lacks: 'agent' }
  if (!capacity.kinds.includes(kind)) return { lacks: 'kind' }
  const missing = needs.labels.filter((label) => !capacity.labels.includes(label))
  if (missing.length > 0) return { lacks: 'labels', missing }
  if (capacity.cpuOnly) return needs.gpus > 0 ? { lacks: 'gpus', needed: needs.gpus, has: 0 } : null
  const needed = Math.max(1, needs.gpus)
  const sizes = capacity.gpus.map(({ memoryBytes }) => memoryBytes).sort((a, b) => b - a)
  if (sizes.length < needed) return { lacks: 'gpus', needed, has: sizes.length }
  const neededBytes = needs.gpuMemoryBytes ?? 0
  if ((sizes[needed - 1] ?? 0) >= neededBytes) return null
  return { lacks: 'memory', neededBytes, largestBytes: sizes[0] ?? 0, needed }
}

/** The smallest GPUs that are large enough, so that larger ones stay free. Empty on a machine without a GPU. */
export function chooseGpus(needs: RunNeeds, capacity: Capacity): string[] {
  if (capacity.cpuOnly) return []
  return capacity.gpus
    .filter(({ memoryBytes }) => memoryBytes >= (needs.gpuMemoryBytes ?? 0))
    .sort((a, b) => a.memoryBytes - b.memoryBytes)
    .slice(0, Math.max(1, needs.gpus))
    .map(({ uuid }) => uuid)
}

/**
 * What is free on an agent, or null when all its slots are taken. It has one slot per GPU; without a GPU, one.
 * @param held the GPUs of each running attempt
 * @param reportedFree ids of the GPUs that the agent reports as free; undefined when it reports none
 */
export function findFree(
  whole: Capacity,
  held: readonly (readonly string[])[],
  reportedFree: readonly string[] | undefined,
): Capacity | null {
  if (held.length >= Math.max(1, whole.gpus.length)) return null
  if (whole.cpuOnly) return whole
  const taken = new Set(held.flat())
  const gpus = whole.gpus.filter(({ uuid }) => !taken.has(uuid) && (reportedFree?.includes(uuid) ?? true))
  return gpus.length > 0 ? { ...whole, gpus } : null
}

/** All hardware that an agent has reported. */
export function totalCapacity(agent: {
  id: string
  kinds: readonly string[]
  labels: readonly string[]
  hardware: { gpus: readonly Gpu[] } | null
}): Capacity {
  const gpus = agent.hardware?.gpus ?? []
  return { agentId: agent.id, kinds: agent.kinds, labels: agent.labels, gpus, cpuOnly: gpus.length === 0 }
}
