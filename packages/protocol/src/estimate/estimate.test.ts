import { describe, expect, it } from 'vitest'
import {
  countLoraParameters,
  countParameters,
  describeWork,
  type EstimateDevice,
  type EstimateSettings,
  estimateResources,
  findPeakFlops,
  flopsPerToken,
  optimizerBytes,
  readModelShape,
  weightBytes,
} from './index'
import { runFlops } from './time'

/** As the models' own config.json has them. */
const configs = {
  tinyLlama: {
    ...{ hidden_size: 2048, num_hidden_layers: 22, num_attention_heads: 32, num_key_value_heads: 4 },
    ...{ intermediate_size: 5632, vocab_size: 32_000, tie_word_embeddings: false },
  },
  llama3B: {
    ...{ hidden_size: 3072, num_hidden_layers: 28, num_attention_heads: 24, num_key_value_heads: 8 },
    ...{ intermediate_size: 8192, vocab_size: 128_256, tie_word_embeddings: true, head_dim: 128 },
  },
  llama8B: {
    ...{ hidden_size: 4096, num_hidden_layers: 32, num_attention_heads: 32, num_key_value_heads: 8 },
    ...{ intermediate_size: 14_336, vocab_size: 128_256, tie_word_embeddings: false },
  },
}
const all = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj']

function shapeOf(name: keyof typeof configs) {
  const shape = readModelShape(configs[name])
  if (!shape) throw new Error('no shape')
  return shape
}

describe('published sizes', () => {
  it.each([
    ['tinyLlama', 1_100_048_384],
    ['llama3B', 3_212_749_824],
    ['llama8B', 8_030_261_248],
  ] as const)('%s has %i parameters', (name, parameters) => {
    expect(countParameters(shapeOf(name)).total).toBe(parameters)
  })

  it.each([
    ['tinyLlama', 8, ['q_proj', 'v_proj'], 1_126_400],
    ['llama3B', 16, all, 24_313_856],
    ['llama8B', 16, all, 41_943_040],
  ] as const)(
    'a LoRA on %s of rank %i trains as many parameters as PEFT reports',
    (name, rank, targets, trained) => {
      expect(countLoraParameters(shapeOf(name), rank, targets)).toBe(trained)
    },
  )

  it('weighs Llama-3.1-8B in NF4 as bitsandbytes does: about 5.7 GB with its embeddings in bf16', () => {
    expect(weightBytes(shapeOf('llama8B'), 'nf4') / 1e9).toBeCloseTo(5.7, 1)
    expect(weightBytes(shapeOf('llama8B'), 'bf16')).toBe(2 * 8_030_261_248)
  })

  it('knows no shape where the config is of another kind of model', () => {
    expect(readModelShape({ d_model: 768 })).toBeNull()
  })
})

const lora: EstimateSettings = { method: 'lora', rank: 16, targets: all, optimizer: 'adamw' }
const open = { precision: 'auto', checkpointing: 'auto', microTokens: 0 } as const
const device = (
  name: string,
  gigabytes: number,
  measured: EstimateDevice['measured'] = null,
): EstimateDevice => ({
  kind: name === 'cpu' ? 'cpu' : 'cuda',
  name,
  memoryBytes: gigabytes * 1e9,
  measured,
})
const data = { sequences: 1000, tokens: 400_000, epochs: 3, scoredShare: 0.7, reference: true }

describe('the first memory plan that fits', () => {
  const planOn = (gigabytes: number) =>
    estimateResources(
      shapeOf('llama3B'),
      lora,
      { ...open, tokensPerStep: 16_384 },
      data,
      device('x', gigabytes),
    )

  it('gets leaner with less memory: whole steps, smaller ones, checkpointing, NF4, and then it does not fit', () => {
    const plans = [141, 24, 9, 6, 3].map(planOn)
    expect(
      plans.map(({ memoryPlan, fits }) => [memoryPlan.precision, memoryPlan.checkpointing, fits]),
    ).toEqual([
      ['bf16', false, true],
      ['bf16', false, true],
      ['bf16', true, true],
      ['nf4', true, true],
      ['nf4', true, false],
    ])
    expect(plans[0]?.memoryPlan.microTokens).toBe(16_384)
    expect(plans[1]?.memoryPlan.microTokens).toBeLessThan(16_384)
    expect(plans[3]?.memory.total).toBeLessThan(0.92 * 6e9)
    for (const { memory } of plans) {
      const { total, ...parts } = memory
      expect(total).toBe(Object.values(parts).reduce((sum, part) => sum + part, 0))
    }
  })

  it('keeps what the settings ask for', () => {
    const wish = { ...open, tokensPerStep: 16_384, precision: 'nf4', checkpointing: 'on' } as const
    const { memoryPlan } = estimateResources(shapeOf('llama3B'), lora, wish, data, device('x', 141))
    expect(memoryPlan).toMatchObject({ precision: 'nf4', checkpointing: true })
  })
})

describe('time', () => {
  const on = (one: EstimateDevice) =>
    estimateResources(shapeOf('llama3B'), lora, { ...open, tokensPerStep: 8192 }, data, one)

  it('comes from an earlier run, else from the probe or the peak, else it is unknown', () => {
    const measured = { runNumber: 4, tokensPerSecond: 10_000, otherSeconds: 30 }
    expect(on(device('NVIDIA H200', 141, measured))).toMatchObject({ seconds: 150, basis: 'measured' })
    expect(on(device('NVIDIA H200', 141))).toMatchObject({ basis: 'peak' })
    const slow = on({ ...device('cpu', 64), probedFlops: 1e11 })
    const fast = on({ ...device('cpu', 64), probedFlops: 2e11 })
    expect([slow.basis, fast.basis]).toEqual(['probe', 'probe'])
    expect(((slow.seconds ?? 0) - 20) / ((fast.seconds ?? 0) - 20)).toBeCloseTo(2, 6)
    expect(on({ ...device('cpu', 64, measured), probedFlops: 1e11 })).toMatchObject({ basis: 'measured' })
    expect(on(device('cpu', 64))).toMatchObject({ seconds: null, basis: 'unknown' })
    expect(on(device('NVIDIA Quadro X', 48))).toMatchObject({ seconds: null, basis: 'unknown' })
  })

  it('counts 6 FLOPs a parameter and token in full training, about 4 with a LoRA', () => {
    const shape = shapeOf('tinyLlama')
    const { matrices, embedding } = countParameters(shape)
    const full = flopsPerToken(shape, { ...lora, method: 'full' }, 0, 1)
    expect(full).toBe(6 * (matrices + embedding))
    expect(flopsPerToken(shape, lora, 0, 1) / full).toBeCloseTo(4 / 6, 1)
    expect(flopsPerToken(shape, lora, 2048, 1)).toBeGreaterThan(flopsPerToken(shape, lora, 512, 1))
  })

  it('knows the peak of each device by its name', () => {
    const found = [
      'NVIDIA H200',
      'NVIDIA H100 PCIe',
      'NVIDIA A10G',
      'NVIDIA A100-SXM4-80GB',
      'Tesla T4',
      'NVIDIA L4',
    ]
    expect(found.map((name) => (findPeakFlops(name) ?? 0) / 1e12)).toEqual([989.4, 756, 70, 312, 65, 121])
    expect(findPeakFlops('NVIDIA A1000')).toBeNull()
  })
})

describe('the optimizer', () => {
  const bytes = (settings: Partial<EstimateSettings>) =>
    optimizerBytes(shapeOf('llama3B'), { ...lora, ...settings })

  it('keeps two moments: 8 bytes a parameter, or 2 and a scale for each 256 in 8 bits', () => {
    expect(bytes({})).toBe(8 * 24_313_856)
    expect(bytes({ optimizer: 'adamw_8bit' })).toBe((2 + 8 / 256) * 24_313_856)
    expect(bytes({ optimizer: 'paged_adamw_8bit' })).toBe(bytes({ optimizer: 'adamw_8bit' }))
  })

  it('keeps small tensors and embeddings in float32', () => {
    const small = { rank: 1, targets: ['k_proj'], optimizer: 'adamw_8bit' } as const
    expect(bytes(small)).toBe(bytes({ ...small, optimizer: 'adamw' }))
    const full = { method: 'full', optimizer: 'adamw_8bit' } as const
    expect(bytes(full)).toBeGreaterThan(8 * countParameters(shapeOf('llama3B')).embedding)
    expect(bytes(full)).toBeLessThan(0.4 * bytes({ method: 'full' }))
  })

  it('counts in the memory of a run', () => {
    const device = { kind: 'cuda', name: 'x', memoryBytes: 141e9, measured: null } as const
    const total = (optimizer: EstimateSettings['optimizer']) => {
      const wish = { ...open, tokensPerStep: 4096 }
      return estimateResources(shapeOf('llama3B'), { ...lora, optimizer }, wish, null, device).memory.total
    }
    expect(total('adamw') - total('adamw_8bit')).toBe(bytes({}) - bytes({ optimizer: 'adamw_8bit' }))
  })
})

describe('what a configuration asks of a machine', () => {
  const rows = { sequences: 200, tokens: 40_000, scoredShare: 0.6 }

  it('takes the trainer’s defaults where nothing is set, and every setting where one is', () => {
    const shape = shapeOf('llama3B')
    const plain = describeWork('dpo', {}, shape, rows)
    expect(plain).toMatchObject({
      settings: { method: 'lora', rank: 16, targets: all },
      wish: { tokensPerStep: 8 * 2 * 200 },
      data: { epochs: 5, reference: true },
    })
    const set = { loraRank: 4, targetModules: ['q_proj'], batchSize: 2, epochs: 1, maxLength: 100 }
    expect(
      describeWork('sft', { ...set, gradientCheckpointing: 'on', precision: 'nf4' }, shape, rows),
    ).toMatchObject({
      settings: { rank: 4, targets: ['q_proj'] },
      wish: { tokensPerStep: 200, checkpointing: 'on', precision: 'nf4' },
      data: { epochs: 1, reference: false },
    })
    const few = describeWork('dpo', { maxRows: 12 }, shape, rows)
    expect(few?.data).toMatchObject({ sequences: 24, tokens: 4800 })
    expect(describeWork('dpo', {}, null, rows)).toBeNull()
    const thumbs = describeWork('kto', { epochs: 1 }, shape, rows)
    expect(thumbs).toMatchObject({
      wish: { tokensPerStep: 8 * 200 },
      data: { reference: true, mismatched: true },
    })
    if (!thumbs?.data) throw new Error('no data')
    const { data } = thumbs
    const flops = (mismatched: boolean) => runFlops(shape, lora, { ...data, mismatched }, false).computed
    // The reference of each prompt with another answer, and the model itself on it once a time through.
    expect(flops(true) - flops(false)).toBe(2 * 2 * countParameters(shape).matrices * rows.tokens)
  })

  it('knows all of a pre-training from its configuration', () => {
    const work = describeWork('pretrain', { steps: 10, batchSize: undefined }, null, null)
    expect(work?.data).toMatchObject({ sequences: 120, tokens: 120 * 384 })
    expect(countParameters(work?.shape ?? shapeOf('llama3B')).total).toBeLessThan(3e6)
  })
})
