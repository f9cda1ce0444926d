import { z } from 'zod'

/** What decides the size of a Llama-like model. `headSize` times `heads` need not be the hidden size. */
export const ModelShape = z.object({
  hiddenSize: z.int().positive(),
  layers: z.int().positive(),
  heads: z.int().positive(),
  kvHeads: z.int().positive(),
  headSize: z.int().positive(),
  ffnSize: z.int().positive(),
  vocabSize: z.int().positive(),
  /** The output head is the embedding, stored once. */
  tied: z.boolean(),
})
export type ModelShape = z.infer<typeof ModelShape>

const HuggingFaceConfig = z.object({
  hidden_size: z.int().positive(),
  num_hidden_layers: z.int().positive(),
  num_attention_heads: z.int().positive(),
  num_key_value_heads: z.int().positive().nullish(),
  head_dim: z.int().positive().nullish(),
  intermediate_size: z.int().positive(),
  vocab_size: z.int().positive(),
  tie_word_embeddings: z.boolean().nullish(),
})

/** The shape that a Hugging Face `config.json` describes, or null where it is no Llama-like model. */
export function readModelShape(config: unknown): ModelShape | null {
  const parsed = HuggingFaceConfig.safeParse(config)
  if (!parsed.success) return null
  const { hidden_size: hiddenSize, num_attention_heads: heads, num_hidden_layers: layers } = parsed.data
  return {
    ...{ hiddenSize, layers, heads },
    kvHeads: parsed.data.num_key_value_heads ?? heads,
    headSize: parsed.data.head_dim ?? Math.floor(hiddenSize / heads),
    ffnSize: parsed.data.intermediate_size,
    vocabSize: parsed.data.vocab_size,
    tied: parsed.data.tie_word_embeddings ?? false,
  }
}

/** The matrices of a layer as [inputs, outputs], by the names that a LoRA may target. */
export function layerMatrices(shape: ModelShape): Record<string, readonly [number, number]> {
  const { hiddenSize, ffnSize } = shape
  const queries = shape.heads * shape.headSize
  const keys = shape.kvHeads * shape.headSize
  return {
    q_proj: [hiddenSize, queries],
    k_proj: [hiddenSize, keys],
    v_proj: [hiddenSize, keys],
    o_proj: [queries, hiddenSize],
    gate_proj: [hiddenSize, ffnSize],
    up_proj: [hiddenSize, ffnSize],
    down_proj: [ffnSize, hiddenSize],
  }
}

export interface ParameterCount {
  /** Of all layers' matrices. */
  matrices: number
  /** One vocabulary-sized matrix: the embedding, and again the head where it is not tied. */
  embedding: number
  norms: number
  total: number
}

export function countParameters(shape: ModelShape): ParameterCount {
  const layer = Object.values(layerMatrices(shape)).reduce((sum, [from, to]) => sum + from * to, 0)
  const matrices = shape.layers * layer
  const embedding = shape.vocabSize * shape.hiddenSize
  const norms = (2 * shape.layers + 1) * shape.hiddenSize
  return { matrices, embedding, norms, total: matrices + norms + embedding * (shape.tied ? 1 : 2) }
}

/** Parameters that a LoRA of this rank adds: an A of rank × inputs and a B of outputs × rank for each target. */
export function countLoraParameters(shape: ModelShape, rank: number, targets: readonly string[]): number {
  const matrices = layerMatrices(shape)
  const layer = targets.reduce((sum, name) => {
    const [from, to] = matrices[name] ?? [0, 0]
    return sum + rank * (from + to)
  }, 0)
  return shape.layers * layer
}
