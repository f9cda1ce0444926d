import { activationBytesPerToken, type MemoryPlan, type WeightPrecision } from './memory-plan'
import { type Optimizer, optimizerBytes } from './optimizer'
import { countLoraParameters, countParameters, type ModelShape } from './shape'

export interface EstimateSettings {
  method: 'lora' | 'full'
  rank: number
  targets: readonly string[]
  optimizer: Optimizer
}

export interface MemoryEstimate {
  weights: number
  gradients: number
  optimizer: number
  activations: number
  logits: number
  /** What the process holds before it has loaded anything: a CUDA context, or Python and its libraries. */
  overhead: number
  total: number
}

const gigabyte = 1e9
const overheads = { cuda: 0.7 * gigabyte, cpu: 0.9 * gigabyte }
/** The engine computes logits a chunk at a time, in float32 and beside their half-precision source. */
const logitChunk = { cuda: 256 * 2 ** 20, cpu: 16 * 2 ** 20 }

/**
 * Bytes of a parameter. NF4 is 4 bits and, with double quantization, 0.127 bits of constants a parameter
 * (QLoRA, Dettmers et al. 2023, section 3); embeddings, head and norms stay in half precision.
 */
export function weightBytes(shape: ModelShape, precision: WeightPrecision): number {
  const { matrices, total } = countParameters(shape)
  if (precision === 'nf4') return matrices * ((4 + 0.127) / 8) + (total - matrices) * 2
  return total * (precision === 'bf16' ? 2 : 4)
}

/** Parameters that change: all of them, or those of the LoRA. */
export function countTrainable(shape: ModelShape, { method, rank, targets }: EstimateSettings): number {
  return method === 'full' ? countParameters(shape).total : countLoraParameters(shape, rank, targets)
}

/** What the machine holds once the model is loaded. Weights that are trained are float32. */
export function loadedBytes(
  shape: ModelShape,
  settings: EstimateSettings,
  precision: WeightPrecision,
  device: 'cuda' | 'cpu',
): { weights: number; overhead: number } {
  const base = weightBytes(shape, settings.method === 'full' ? 'fp32' : precision)
  const adapter = settings.method === 'lora' ? 4 * countTrainable(shape, settings) : 0
  return { weights: base + adapter, overhead: overheads[device] }
}

/** Memory at the peak of a step, in bytes. Gradients are float32. */
export function estimateMemory(
  shape: ModelShape,
  settings: EstimateSettings,
  memoryPlan: MemoryPlan,
  device: 'cuda' | 'cpu',
): MemoryEstimate {
  const trainable = countTrainable(shape, settings)
  const parts = {
    ...loadedBytes(shape, settings, memoryPlan.precision, device),
    gradients: 4 * trainable,
    optimizer: optimizerBytes(shape, settings),
    activations: memoryPlan.microTokens * activationBytesPerToken(shape, memoryPlan),
    logits: Math.min(3 * logitChunk[device], 3 * 4 * memoryPlan.microTokens * shape.vocabSize),
  }
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) }
}
