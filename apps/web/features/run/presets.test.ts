import {
  DpoConfig,
  describeWork,
  estimateResources,
  KtoConfig,
  PretrainConfig,
  readModelShape,
  SftConfig,
} from '@palate/protocol'
import { expect, it } from 'vitest'
import {
  dpoFields,
  dpoPresets,
  ktoFields,
  ktoPresets,
  mergeConfig,
  pretrainFields,
  pretrainPresets,
  readNumbers,
  sftFields,
  sftPresets,
} from './presets'

it('offers only settings that the trainer takes', () => {
  for (const { config } of pretrainPresets) expect(PretrainConfig.safeParse(config).error).toBeUndefined()
  for (const { config } of dpoPresets) expect(DpoConfig.safeParse(config).error).toBeUndefined()
  for (const { config } of sftPresets) expect(SftConfig.safeParse(config).error).toBeUndefined()
  for (const { config } of ktoPresets) expect(KtoConfig.safeParse(config).error).toBeUndefined()
  for (const { name } of ktoFields) expect(Object.keys(KtoConfig.shape)).toContain(name)
  for (const { name } of pretrainFields) expect(Object.keys(PretrainConfig.shape)).toContain(name)
  for (const { name } of dpoFields) expect(Object.keys(DpoConfig.shape)).toContain(name)
  for (const { name } of sftFields) expect(Object.keys(SftConfig.shape)).toContain(name)
})

it('reads figures and leaves out what is empty', () => {
  expect(readNumbers({ steps: '380', learningRate: '5e-5', beta: '0,1', epochs: ' ' })).toEqual({
    steps: 380,
    learningRate: 5e-5,
    beta: 0.1,
  })
})

it('keeps what a preset sets beyond the fields, and lets a field be cleared', () => {
  const preset = { id: 'x', name: 'x', detail: 'x', config: { epochs: 3, precision: 'nf4' } }
  expect(mergeConfig(preset, dpoFields, { epochs: '', beta: '0.2' })).toEqual({ precision: 'nf4', beta: 0.2 })
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
