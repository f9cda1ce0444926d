import { z } from 'zod'
import defaults from '../../fixtures/trainer-defaults.json' with { type: 'json' }
import type { EstimateWish } from './estimate'
import type { EstimateSettings } from './memory'
import type { ModelShape } from './shape'
import type { EstimateData } from './time'

export type EstimateKind = keyof typeof defaults
export const estimateKinds = Object.keys(defaults) as EstimateKind[]

/** The trainer's own settings, as far as a form offers them: what an empty field stands for. */
export const trainerDefaults: Readonly<Record<EstimateKind, Readonly<Record<string, unknown>>>> = defaults

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

const Pretrain = z.object({
  steps: z.number(),
  batchSize: z.number(),
  hiddenSize: z.number(),
  layers: z.number(),
  heads: z.number(),
  kvHeads: z.number(),
  ffnSize: z.number(),
  vocabSize: z.number(),
  maxLength: z.number(),
})
const Lora = z.object({
  epochs: z.number(),
  batchSize: z.number(),
  loraRank: z.number(),
  targetModules: z.array(z.string()),
  maxLength: z.number(),
  precision: z.enum(['fp32', 'bf16', 'nf4']).optional().catch(undefined),
  gradientCheckpointing: z.enum(['on', 'off']).optional().catch(undefined),
  microBatchTokens: z.number().default(0),
  fullWeights: z.boolean().default(false),
  maxRows: z.number().default(0),
})

/**
 * What a run's configuration asks of a machine, with the trainer's own defaults where it says nothing.
 * @param base the shape of the model that is tuned; a pre-training brings its own
 * @param rows null where nothing is known of the data: memory can then be told, time cannot
 * @returns null where no shape is known
 */
export function describeWork(
  kind: EstimateKind,
  config: Readonly<Record<string, unknown>>,
  base: ModelShape | null,
  rows: EstimateRows | null,
): EstimateWork | null {
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined))
  if (kind === 'pretrain') return describePretrain(Pretrain.parse({ ...defaults.pretrain, ...given }))
  if (!base) return null
  const set = Lora.parse({ ...defaults[kind], ...given })
  const meanLength = rows && rows.sequences > 0 ? rows.tokens / rows.sequences : set.maxLength
  const sequencesPerRow = kind === 'dpo' ? 2 : 1
  const taken = rows && takeRows(rows, set.maxRows * sequencesPerRow)
  return {
    shape: base,
    settings: { method: set.fullWeights ? 'full' : 'lora', rank: set.loraRank, targets: set.targetModules },
    wish: {
      tokensPerStep: Math.ceil(set.batchSize * sequencesPerRow * Math.min(meanLength, set.maxLength)),
      precision: set.precision,
      checkpointing: set.gradientCheckpointing && set.gradientCheckpointing === 'on',
      microTokens: set.microBatchTokens || undefined,
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
    settings: { method: 'full', rank: 0, targets: [] },
    wish: { tokensPerStep: set.batchSize * set.maxLength, checkpointing: false },
    data: { sequences, tokens: sequences * set.maxLength, epochs: 1, scoredShare: 1, reference: false },
  }
}
