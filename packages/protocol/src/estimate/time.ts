import type { EstimateSettings } from './memory'
import { countLoraParameters, countParameters, type ModelShape } from './shape'

/** What a run goes through: tokens of one time through the data, how often, and the share that is scored. */
export interface EstimateData {
  sequences: number
  tokens: number
  epochs: number
  /** Share of the tokens that logits are computed for: the answers, not the prompts. */
  scoredShare: number
  /** Every token once through the frozen model as well, for the reference of a preference training. */
  reference: boolean
  /** Each prompt with another one's answer as well, once under the reference and once a time through: KTO's KL term. */
  mismatched?: boolean
}

/**
 * Model FLOPs of one trained token, without what recomputation adds: 2 a parameter forward, 2 backward for what the
 * layer passes on, and 2 more for its own gradient where the weight is trained. Attention scores and their sum cost
 * 4 × context × width forward and twice that backward; a causal context is half the sequence (PaLM, Chowdhery et al.
 * 2022, appendix B, halved for the causal mask). The head is only computed for scored tokens.
 */
export function flopsPerToken(
  shape: ModelShape,
  settings: EstimateSettings,
  meanLength: number,
  scoredShare: number,
): number {
  const { matrices, embedding } = countParameters(shape)
  const projected = matrices + embedding * scoredShare
  const attention = 3 * 4 * shape.layers * shape.heads * shape.headSize * (meanLength / 2)
  if (settings.method === 'full') return 6 * projected + attention
  return 4 * projected + 6 * countLoraParameters(shape, settings.rank, settings.targets) + attention
}

/** Model FLOPs of a whole run. Recomputing activations costs one more forward pass, which counts as time, not as use. */
export function runFlops(
  shape: ModelShape,
  settings: EstimateSettings,
  data: EstimateData,
  checkpointing: boolean,
): { model: number; computed: number } {
  const meanLength = data.tokens / Math.max(1, data.sequences)
  const token = flopsPerToken(shape, settings, meanLength, data.scoredShare)
  const forward = 2 * countParameters(shape).matrices
  const model = data.tokens * data.epochs * token
  const once = Number(data.reference) + (data.mismatched ? 1 + data.epochs : 0)
  const reference = once * data.tokens * forward
  return { model, computed: model + reference + (checkpointing ? data.tokens * data.epochs * forward : 0) }
}
