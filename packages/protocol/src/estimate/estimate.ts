import { findPeakFlops } from './devices'
import {
  countTrainable,
  type EstimateSettings,
  estimateMemory,
  loadedBytes,
  type MemoryEstimate,
} from './memory'
import {
  allPlans,
  listMemoryPlans,
  type MemoryPlan,
  type PlanWish,
  type WeightPrecision,
} from './memory-plan'
import { countParameters, type ModelShape } from './shape'
import { type EstimateData, runFlops } from './time'

/** What a run may use of a machine. */
export interface EstimateDevice {
  kind: 'cuda' | 'cpu'
  name: string
  memoryBytes: number
  /** An earlier run of the same kind on the same model. */
  measured: { runNumber: number; tokensPerSecond: number; otherSeconds: number } | null
  /** FLOP/s of a large matrix product, where the machine was probed. */
  probedFlops?: number | null
}

/** What the settings say about the layout of a step: see `PlanWish`. */
export interface EstimateWish {
  tokensPerStep: number
  precision: WeightPrecision | 'auto'
  checkpointing: PlanWish['checkpointing']
  microTokens: number
}

/** Where a time comes from: a run before, the machine's probe, a third of its peak by the data sheet, or nowhere. */
export type EstimateBasis = 'measured' | 'probe' | 'peak' | 'unknown'

export interface ResourceEstimate {
  parameters: number
  trainable: number
  memoryPlan: MemoryPlan
  memory: MemoryEstimate
  fits: boolean
  /** Null where nothing is known of the device's speed. */
  seconds: number | null
  basis: EstimateBasis
}

/** Leave room for fragmentation and for what else the machine holds. */
const usableShare = { cuda: 0.92, cpu: 0.8 }
/** A well-packed step reaches about a third of a device's peak; the measured figure of a first run replaces it. */
const reachedShare = 0.35
/** And about half of what a large matrix product on it really reaches. */
const probedShare = 0.5
/** Loading, the preflight, the export. */
const otherSeconds = 20

/**
 * What a run will need of a device: the first of the trainer's memory plans that fits (large micro-batches, smaller ones,
 * then gradient checkpointing, then NF4), its memory, and the time as far as it can be known.
 */
export function estimateResources(
  shape: ModelShape,
  settings: EstimateSettings,
  wish: EstimateWish,
  data: EstimateData | null,
  device: EstimateDevice,
): ResourceEstimate {
  const asked = planWish(wish, settings, device.kind)
  const { weights, overhead } = loadedBytes(shape, settings, asked.precision, device.kind)
  const free = Math.max(0, device.memoryBytes - weights - overhead)
  const tried = listMemoryPlans(asked, shape, free).map((plan) => {
    const memoryPlan = cutToStep(plan, wish)
    return { memoryPlan, memory: estimateMemory(shape, settings, memoryPlan, device.kind) }
  })
  const room = device.memoryBytes * usableShare[device.kind]
  const chosen = tried.find(({ memory }) => memory.total <= room) ?? tried.at(-1)
  if (!chosen) throw new Error('There is always one memory plan.')
  return {
    parameters: countParameters(shape).total,
    trainable: countTrainable(shape, settings),
    memoryPlan: chosen.memoryPlan,
    memory: chosen.memory,
    fits: chosen.memory.total <= room,
    ...estimateTime(shape, settings, data, chosen.memoryPlan.checkpointing, device),
  }
}

const wholeMemory = 128 * 2 ** 20

/**
 * The memory, in bytes, of the smallest GPU that this work fits into: with the trainer's leanest memory plan and the room
 * that is left free. Rounded up to 128 MiB, so that similar runs ask for the same.
 */
export function leastDeviceMemory(shape: ModelShape, settings: EstimateSettings, wish: EstimateWish): number {
  const sizes = allPlans(planWish(wish, settings, 'cuda')).map(
    (plan) => estimateMemory(shape, settings, cutToStep(plan, wish), 'cuda').total,
  )
  return Math.ceil(Math.min(...sizes) / usableShare.cuda / wholeMemory) * wholeMemory
}

/** A micro-batch has no more tokens than its step. */
const cutToStep = (plan: MemoryPlan, { tokensPerStep }: EstimateWish): MemoryPlan => ({
  ...plan,
  microTokens: Math.min(plan.microTokens, tokensPerStep),
})

/** As the trainer decides it on a device that has bf16 instructions. */
function planWish(wish: EstimateWish, settings: EstimateSettings, device: 'cuda' | 'cpu'): PlanWish {
  const { checkpointing, microTokens } = wish
  const open = wish.precision === 'auto'
  return {
    ...{ device, checkpointing, microTokens },
    precision: wish.precision !== 'auto' ? wish.precision : device === 'cuda' ? 'bf16' : 'fp32',
    mayQuantize: open && device === 'cuda' && settings.method === 'lora',
  }
}

function estimateTime(
  shape: ModelShape,
  settings: EstimateSettings,
  data: EstimateData | null,
  checkpointing: boolean,
  device: EstimateDevice,
): Pick<ResourceEstimate, 'seconds' | 'basis'> {
  if (!data) return { seconds: null, basis: 'unknown' }
  const trained = data.tokens * data.epochs
  if (device.measured) {
    const { tokensPerSecond, otherSeconds: other } = device.measured
    return { seconds: trained / tokensPerSecond + other, basis: 'measured' }
  }
  const { computed } = runFlops(shape, settings, data, checkpointing)
  if (device.probedFlops)
    return { seconds: computed / (device.probedFlops * probedShare) + otherSeconds, basis: 'probe' }
  const peak = device.kind === 'cuda' ? findPeakFlops(device.name) : null
  if (peak === null) return { seconds: null, basis: 'unknown' }
  return { seconds: computed / (peak * reachedShare) + otherSeconds, basis: 'peak' }
}
