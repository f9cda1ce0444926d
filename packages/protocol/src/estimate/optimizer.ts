import type { SftConfig } from '../v1/train-schema'
import { countParameters, layerMatrices, type ModelShape } from './shape'

export type Optimizer = NonNullable<SftConfig['optimizer']>

/** bitsandbytes keeps the state of smaller tensors in float32 (`min_8bit_size`), and a scale for each block. */
const smallestTensor = 4096
const blockSize = 256

/** Bytes of AdamW's two moments of a tensor: float32, or 8 bits and a float32 scale for each block. */
function tensorBytes(elements: number, optimizer: Optimizer): number {
  if (optimizer === 'adamw' || elements < smallestTensor) return 8 * elements
  return 2 * elements + 2 * 4 * Math.ceil(elements / blockSize)
}

/** What is trained: all weights, or a LoRA's. */
interface Trained {
  method: 'lora' | 'full'
  rank: number
  targets: readonly string[]
  optimizer: Optimizer
}

/**
 * Bytes of the optimizer's state. That of a paged optimizer is counted whole: it moves to the host only where the GPU is
 * full. transformers keeps the state of an embedding in float32.
 */
export function optimizerBytes(shape: ModelShape, { method, rank, targets, optimizer }: Trained): number {
  const matrices = layerMatrices(shape)
  const sum = (tensors: number[]) => tensors.reduce((total, size) => total + tensorBytes(size, optimizer), 0)
  if (method === 'lora')
    return shape.layers * sum(targets.flatMap((name) => (matrices[name] ?? []).map((side) => rank * side)))
  const norms = Array.from({ length: 2 }, () => shape.hiddenSize)
  const layer = sum([...Object.values(matrices).map(([from, to]) => from * to), ...norms])
  const { embedding } = countParameters(shape)
  const head = shape.tied ? 0 : tensorBytes(embedding, optimizer)
  return shape.layers * layer + tensorBytes(shape.hiddenSize, optimizer) + 8 * embedding + head
}
