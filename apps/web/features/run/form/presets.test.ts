import { describeWork, estimateResources, readModelShape, trainSchemas } from '@palate/protocol'
import { expect, it } from 'vitest'
import { readTexts, textsOf } from './form-settings'
import { dpoPresets, ktoPresets, pretrainPresets, sftPresets } from './presets'

const presets = { pretrain: pretrainPresets, sft: sftPresets, dpo: dpoPresets, kto: ktoPresets }

it.each(['pretrain', 'sft', 'dpo', 'kto'] as const)(
  'offers presets that the trainer accepts, and fills the fields with them: %s',
  (kind) => {
    for (const { config } of presets[kind]) {
      expect(trainSchemas[kind].safeParse(config).error).toBeUndefined()
      expect(readTexts(kind, textsOf(config))).toEqual(config)
    }
  },
)

it('begins with the defaults, which suit the model', () => {
  for (const [first] of Object.values(presets)) expect(first).toMatchObject({ id: 'standard', config: {} })
})

it('has the settings of the persona pipeline, its optimizer included', () => {
  expect(dpoPresets.find(({ id }) => id === 'persona')?.config).toMatchObject({
    ...{ learningRate: 5e-5, beta: 0.1, epochs: 3, batchSize: 16, loraRank: 16, loraAlpha: 16 },
    ...{ loraDropout: 0.05, optimizer: 'paged_adamw_8bit' },
  })
})

const llama3B = readModelShape({
  ...{ hidden_size: 3072, num_hidden_layers: 28, num_attention_heads: 24, num_key_value_heads: 8 },
  ...{ intermediate_size: 8192, vocab_size: 128_256, tie_word_embeddings: true, head_dim: 128 },
})
const llama8B = readModelShape({
  ...{ hidden_size: 4096, num_hidden_layers: 32, num_attention_heads: 32, num_key_value_heads: 8 },
  ...{ intermediate_size: 14_336, vocab_size: 128_256, tie_word_embeddings: false },
})

it.each([
  [6, llama3B],
  [8, llama3B],
  [10, llama3B],
  [16, llama3B],
  [24, llama8B],
  [40, llama8B],
  [80, llama8B],
] as const)('the preset for %i GB fits into so much, on the model that it names', (gigabytes, shape) => {
  const preset = dpoPresets.find(({ id }) => id === `gb-${gigabytes}`)
  const rows = { sequences: 600, tokens: 600 * 400, scoredShare: 0.7 }
  const work = describeWork('dpo', preset?.config ?? {}, shape, rows)
  if (!work) throw new Error('no work')
  const device = { kind: 'cuda', name: 'card', memoryBytes: gigabytes * 1e9, measured: null } as const
  const { fits, memoryPlan } = estimateResources(work.shape, work.settings, work.wish, work.data, device)
  expect(fits).toBe(true)
  expect(memoryPlan).toMatchObject({
    precision: preset?.config.precision,
    checkpointing: preset?.config.gradientCheckpointing === 'on',
    microTokens: preset?.config.microBatchTokens,
  })
})
