import { findPeakFlops } from './devices'
import {
  countTrainable,
  type EstimateSettings,
  estimateMemory,
  type MemoryEstimate,
  type MemoryPlan,
} from './memory'
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

/** What the settings leave to the engine is absent. */
export interface EstimateWish {
  tokensPerStep: number
  precision?: 'fp32' | 'bf16' | 'nf4' | undefined
  checkpointing?: boolean | undefined
  microTokens?: number | undefined
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
/** The engine fills at most so much with activations at the start, and never cuts finer than 256 tokens. */
const smallestMicro = 256
const checkpointedMicro = 2048
const largestMicro = { cuda: 65_536, cpu: 8192 }
/** A well-packed step reaches about a third of a device's peak; the measured figure of a first run replaces it. */
const reachedShare = 0.35
/** And about half of what a large matrix product on it really reaches. */
const probedShare = 0.5
/** Loading, the preflight, the export. */
const otherSeconds = 20

/**
 * What a run will need of a device: the first memoryPlan of the engine's memory plans that fits (large micro-batches, smaller
 * ones, then gradient checkpointing, then NF4), its memory, and the time as far as anything tells.
 */
export function estimateResources(
  shape: ModelShape,
  settings: EstimateSettings,
  wish: EstimateWish,
  data: EstimateData | null,
  device: EstimateDevice,
): ResourceEstimate {
  const tried = listMemoryPlans(wish, settings, device).map((memoryPlan) => ({
    memoryPlan,
    memory: estimateMemory(shape, settings, memoryPlan, device.kind),
  }))
  const room = device.memoryBytes * usableShare[device.kind]
  const chosen = tried.find(({ memory }) => memory.total <= room) ?? tried.at(-1)
  if (!chosen) throw new Error('There is always one memoryPlan.')
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
 * The memory, in bytes, of the smallest GPU that this work fits into at all: the engine's leanest memoryPlan, and the room
 * that is left free. Rounded up to 128 MiB, so that alike runs ask for the same.
 */
export function leastDeviceMemory(shape: ModelShape, settings: EstimateSettings, wish: EstimateWish): number {
  const sizes = listMemoryPlans(wish, settings, {
    kind: 'cuda',
    name: '',
    memoryBytes: 0,
    measured: null,
  }).map((memoryPlan) => estimateMemory(shape, settings, memoryPlan, 'cuda').total)
  return Math.ceil(Math.min(...sizes) / usableShare.cuda / wholeMemory) * wholeMemory
}

/** In the engine's own order. Once it has turned to checkpointing, it keeps to it and cuts small. */
function listMemoryPlans(
  wish: EstimateWish,
  settings: EstimateSettings,
  device: EstimateDevice,
): MemoryPlan[] {
  const precision = wish.precision ?? (device.kind === 'cuda' ? 'bf16' : 'fp32')
  const open = wish.precision === undefined && device.kind === 'cuda' && settings.method === 'lora'
  const most = Math.max(
    smallestMicro,
    Math.min(wish.tokensPerStep, wish.microTokens ?? largestMicro[device.kind]),
  )
  const whole = { precision, checkpointing: wish.checkpointing ?? false }
  const plans = halve(most).map((microTokens) => ({ ...whole, microTokens }))
  const small = halve(Math.min(most, checkpointedMicro))
  if (wish.checkpointing === undefined)
    plans.push(...small.map((microTokens) => ({ precision, checkpointing: true, microTokens })))
  if (open)
    plans.push(
      ...small.map((microTokens) => ({
        precision: 'nf4' as const,
        checkpointing: wish.checkpointing ?? true,
        microTokens,
      })),
    )
  return plans
}

/** Tokens a micro-batch from this many down to the smallest. */
function halve(most: number): number[] {
  const micros = [most]
  for (let tokens = 2 ** Math.floor(Math.log2(most)); tokens >= smallestMicro; tokens /= 2)
    if (tokens < most) micros.push(tokens)
  return micros
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
