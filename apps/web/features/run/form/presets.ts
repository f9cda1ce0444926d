/** Settings that go together; a setting that a preset leaves out has its default, the one that suits the model. */
export type Preset = {
  id: string
  name: string
  detail: string
  config: Readonly<Record<string, unknown>>
  /** Shown as a card; the others are in the list. */
  card?: boolean
}

export const pretrainPresets: readonly Preset[] = [
  { id: 'standard', name: 'Standard', detail: 'learns to use the given ingredients', config: {}, card: true },
  {
    id: 'longer',
    name: 'Longer',
    detail: 'twice the steps, better recipes',
    config: { steps: 2400, recipes: 20000 },
    card: true,
  },
  {
    id: 'quick',
    name: 'Quick',
    detail: 'a minute; learns only the layout',
    config: { steps: 120 },
    card: true,
  },
  {
    id: 'sanity',
    name: 'Sanity check',
    detail: 'under a minute; tests that everything works',
    config: { steps: 15, recipes: 300, batchSize: 4, sampleEvery: 15, checkpointEvery: 10 },
  },
]

const attention = ['q_proj', 'k_proj', 'v_proj', 'o_proj']

/** Settings for GPUs of so much memory, found with the estimate for the models in their details: see presets.test.ts. */
const memoryPresets: readonly Preset[] = [
  {
    id: 'gb-6',
    name: '6 GB',
    detail: 'a 3 B model in NF4, short answers',
    config: {
      precision: 'nf4',
      gradientCheckpointing: 'on',
      microBatchTokens: 512,
      loraRank: 8,
      loraAlpha: 16,
      maxLength: 512,
    },
  },
  {
    id: 'gb-8',
    name: '8 GB',
    detail: 'a 3 B model in NF4',
    config: { precision: 'nf4', gradientCheckpointing: 'on', microBatchTokens: 2048, maxLength: 1024 },
  },
  {
    id: 'gb-10',
    name: '10 GB',
    detail: 'a 3 B model in bf16, with checkpointing',
    config: { precision: 'bf16', gradientCheckpointing: 'on', microBatchTokens: 1024, maxLength: 1024 },
  },
  {
    id: 'gb-16',
    name: '16 GB',
    detail: 'a 3 B model in bf16, without checkpointing',
    config: { precision: 'bf16', gradientCheckpointing: 'off', microBatchTokens: 1024, maxLength: 1024 },
  },
  {
    id: 'gb-24',
    name: '24 GB',
    detail: 'an 8 B model in bf16, with checkpointing',
    config: { precision: 'bf16', gradientCheckpointing: 'on', microBatchTokens: 2048, maxLength: 2048 },
  },
  {
    id: 'gb-40',
    name: '40 GB',
    detail: 'an 8 B model in bf16, without checkpointing',
    config: {
      precision: 'bf16',
      gradientCheckpointing: 'off',
      microBatchTokens: 1024,
      batchSize: 16,
      maxLength: 2048,
    },
  },
  {
    id: 'gb-80',
    name: '80 GB',
    detail: 'an 8 B model in bf16, large micro-batches',
    config: {
      precision: 'bf16',
      gradientCheckpointing: 'off',
      microBatchTokens: 4096,
      batchSize: 32,
      maxLength: 4096,
    },
  },
]

const standardPreset: Preset = {
  id: 'standard',
  name: 'Standard',
  detail: 'the defaults for this model',
  config: {},
  card: true,
}

const sanityPreset: Preset = {
  id: 'sanity',
  name: 'Sanity check',
  detail: 'under a minute; tests that everything works',
  config: { maxRows: 16, epochs: 1, batchSize: 8, loraRank: 4, loraAlpha: 8, sampleEvery: 1000 },
}

export const dpoPresets: readonly Preset[] = [
  standardPreset,
  {
    id: 'careful',
    name: 'Careful',
    detail: 'stays closer to the base model',
    config: { beta: 0.3 },
    card: true,
  },
  { id: 'quick', name: 'Quick', detail: 'one pass over the pairs', config: { epochs: 1 }, card: true },
  sanityPreset,
  {
    id: 'persona',
    name: 'Persona DPO',
    detail: 'Llama-3.2-3B: careful steps, three epochs, attention only',
    config: {
      ...{ beta: 0.1, learningRate: 5e-5, epochs: 3, batchSize: 16, maxLength: 1024 },
      ...{ loraRank: 16, loraAlpha: 16, loraDropout: 0.05, targetModules: attention },
      ...{ lossTypes: ['sigmoid'], lossWeights: [1], optimizer: 'paged_adamw_8bit' },
    },
  },
  ...memoryPresets,
]

export const ktoPresets: readonly Preset[] = [
  standardPreset,
  {
    id: 'praise-rare',
    name: 'Few thumbs up',
    detail: 'each counts three times',
    config: { desirableWeight: 3 },
    card: true,
  },
  {
    id: 'blame-rare',
    name: 'Few thumbs down',
    detail: 'each counts three times',
    config: { undesirableWeight: 3 },
    card: true,
  },
  sanityPreset,
  ...memoryPresets,
]

export const sftPresets: readonly Preset[] = [
  standardPreset,
  { ...sanityPreset, card: true },
  {
    id: 'tinyllama',
    name: 'TinyLlama 1.1B recipes',
    detail: 'TinyLlama-1.1B-Chat: small adapter, large batches',
    config: { loraRank: 8, loraAlpha: 64, learningRate: 2e-5, batchSize: 64, maxLength: 512 },
  },
  {
    id: 'llama-3b',
    name: 'Llama-3.2-3B recipes',
    detail: 'Llama-3.2-3B-Instruct: long recipes',
    config: { loraRank: 16, loraAlpha: 16, learningRate: 2e-4, maxLength: 2048 },
  },
  {
    id: 'price',
    name: 'Llama-3.1-8B price task',
    detail: 'Llama-3.1-8B: plain text, learns the part after “Price is $”',
    config: {
      ...{ loraRank: 32, loraAlpha: 64, learningRate: 1e-4, maxLength: 182, targetModules: attention },
      responseTemplate: 'Price is $',
    },
  },
  ...memoryPresets,
]
