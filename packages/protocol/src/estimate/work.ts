import { z } from 'zod'
import { PretrainConfig, SftConfig, withDefaults } from '../v1/train-schema'
import type { EstimateWish } from './estimate'
import type { EstimateSettings } from './memory'
import type { ModelShape } from './shape'
import type { EstimateData } from './time'

export const estimateKinds = ['pretrain', 'sft', 'dpo', 'kto'] as const
export type EstimateKind = (typeof estimateKinds)[number]

/** What is known of the rows that a run would learn from, once through. */
export interface EstimateRows {
  sequences: number
  tokens: number
  scoredShare: number
}

export interface EstimateWork {
  shape: ModelShape
  settings: EstimateSettings
  wish: EstimateWish
  data: EstimateData | null
}

/** The settings that an estimate reads, as the table has them; defaults are filled in before. */
const Pretrain = z.object({
  steps: PretrainConfig.shape.steps.unwrap(),
  batchSize: PretrainConfig.shape.batchSize.unwrap(),
  hiddenSize: PretrainConfig.shape.hiddenSize.unwrap(),
  layers: PretrainConfig.shape.layers.unwrap(),
  heads: PretrainConfig.shape.heads.unwrap(),
  kvHeads: PretrainConfig.shape.kvHeads.unwrap(),
  ffnSize: PretrainConfig.shape.ffnSize.unwrap(),
  vocabSize: PretrainConfig.shape.vocabSize.unwrap(),
  maxLength: PretrainConfig.shape.maxLength.unwrap(),
})
const Tuning = z.object({
  epochs: SftConfig.shape.epochs.unwrap(),
  batchSize: SftConfig.shape.batchSize.unwrap(),
  loraRank: SftConfig.shape.loraRank.unwrap(),
  targetModules: SftConfig.shape.targetModules.unwrap(),
  maxLength: SftConfig.shape.maxLength.unwrap(),
  optimizer: SftConfig.shape.optimizer.unwrap(),
  precision: SftConfig.shape.precision.unwrap(),
  gradientCheckpointing: SftConfig.shape.gradientCheckpointing.unwrap(),
  microBatchTokens: SftConfig.shape.microBatchTokens.unwrap(),
  fullWeights: SftConfig.shape.fullWeights.unwrap().default(false),
  maxRows: SftConfig.shape.maxRows.unwrap(),
})

/**
 * What a run's configuration asks of a machine, with the trainer's defaults for what it leaves out.
 * @param base the shape of the model that is tuned; a pre-training brings its own
 * @param rows null if nothing is known of the data: then only memory can be estimated
 * @returns null if no shape is known, or a setting is not valid yet (while somebody types)
 */
export function describeWork(
  kind: EstimateKind,
  config: Readonly<Record<string, unknown>>,
  base: ModelShape | null,
  rows: EstimateRows | null,
): EstimateWork | null {
  const known = withDefaults(kind, config)
  if (kind === 'pretrain') {
    const set = Pretrain.safeParse(known).data
    return set ? describePretrain(set) : null
  }
  const set = Tuning.safeParse(known).data
  if (!base || !set) return null
  const meanLength = rows && rows.sequences > 0 ? rows.tokens / rows.sequences : set.maxLength
  const sequencesPerRow = kind === 'dpo' ? 2 : 1
  const taken = rows && takeRows(rows, set.maxRows * sequencesPerRow)
  return {
    shape: base,
    settings: {
      method: set.fullWeights ? 'full' : 'lora',
      ...{ rank: set.loraRank, targets: set.targetModules, optimizer: set.optimizer },
    },
    wish: {
      tokensPerStep: Math.ceil(set.batchSize * sequencesPerRow * Math.min(meanLength, set.maxLength)),
      precision: set.precision,
      checkpointing: set.gradientCheckpointing,
      microTokens: set.microBatchTokens,
    },
    data: taken && {
      ...{ ...taken, epochs: set.epochs },
      ...{ reference: kind === 'dpo' || kind === 'kto', mismatched: kind === 'kto' },
    },
  }
}

/** Rows of the same mean length, at most so many; 0 for all. */
function takeRows(rows: EstimateRows, most: number): EstimateRows {
  if (most === 0 || rows.sequences <= most) return rows
  return { ...rows, sequences: most, tokens: Math.round((rows.tokens * most) / rows.sequences) }
}

function describePretrain(set: z.infer<typeof Pretrain>): EstimateWork {
  const { hiddenSize, layers, heads, kvHeads, ffnSize, vocabSize } = set
  const sequences = set.steps * set.batchSize
  return {
    shape: {
      ...{ hiddenSize, layers, heads, kvHeads, ffnSize, vocabSize },
      headSize: Math.floor(hiddenSize / heads),
      tied: true,
    },
    settings: { method: 'full', rank: 0, targets: [], optimizer: 'adamw' },
    wish: {
      tokensPerStep: set.batchSize * set.maxLength,
      ...{ precision: 'auto', checkpointing: 'off', microTokens: 0 },
    },
    data: { sequences, tokens: sequences * set.maxLength, epochs: 1, scoredShare: 1, reference: false },
  }
}
