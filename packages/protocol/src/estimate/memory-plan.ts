export type WeightPrecision = 'fp32' | 'bf16' | 'nf4'

/** How a step is laid out: tokens a micro-batch, and what is done to save memory. */
export interface MemoryPlan {
  precision: WeightPrecision
  microTokens: number
  checkpointing: boolean
}

/**
 * The order in which the trainer tries to lay out a step. gpu-agent/trainer/engine/memory_plan.py has the same functions
 * with the same figures (generated from `planFigures`); fixtures/memory-plans.json is replayed by the tests of both.
 */
export const planFigures = {
  /** Micro-batches are not cut finer, unless the settings ask for fewer tokens. */
  smallestTokens: 256,
  /** With gradient checkpointing, or NF4, that memory ran out for: it keeps to small micro-batches. */
  savingTokens: 2048,
  largestTokens: { cuda: 65_536, cpu: 8192 },
  /** Activations may take this share of what is free once the model is loaded. */
  activationShare: 0.7,
} as const

/** What the settings say about the layout of a step, and what the device decides. */
export interface PlanWish {
  device: 'cuda' | 'cpu'
  precision: WeightPrecision
  /** The precision was left to the trainer and only an adapter is trained: NF4 may come last. */
  mayQuantize: boolean
  checkpointing: 'auto' | 'on' | 'off'
  /** Tokens of a micro-batch by the settings; 0 for as many as fit. */
  microTokens: number
}

/** The figures of a model that the memory of a token follows from. */
export interface LayerSizes {
  hiddenSize: number
  ffnSize: number
  layers: number
}

/**
 * Bytes that a token keeps for the backward pass. A layer keeps about sixteen vectors of the hidden size (norms,
 * projections, attention, residuals, the LoRA's inputs) and six of the feed-forward's; with checkpointing only its
 * input, and one layer at a time is whole. After Korthikanti et al. 2022, section 4, for attention that keeps no matrix.
 */
export function activationBytesPerToken(
  { hiddenSize, ffnSize, layers }: LayerSizes,
  { precision, checkpointing }: Pick<MemoryPlan, 'precision' | 'checkpointing'>,
): number {
  const element = precision === 'fp32' ? 4 : 2
  const layer = (16 * hiddenSize + 6 * ffnSize) * element
  return checkpointing ? layers * hiddenSize * element + layer : layers * layer
}

/** Every plan that the settings allow, from the fastest to the leanest. */
export function allPlans(wish: PlanWish): MemoryPlan[] {
  const { precision, checkpointing } = wish
  const most = wish.microTokens || planFigures.largestTokens[wish.device]
  const small = halve(Math.min(most, planFigures.savingTokens))
  const plans = halve(most).map((microTokens) => ({
    ...{ precision, microTokens, checkpointing: checkpointing === 'on' },
  }))
  if (checkpointing === 'auto')
    plans.push(...small.map((microTokens) => ({ precision, microTokens, checkpointing: true })))
  if (wish.mayQuantize && precision !== 'nf4')
    plans.push(
      ...small.map((microTokens) => ({
        ...{ precision: 'nf4' as const, microTokens, checkpointing: checkpointing !== 'off' },
      })),
    )
  return plans
}

/** Tokens of a micro-batch from this many down to the smallest, by powers of two. */
function halve(most: number): number[] {
  const sizes = [most]
  for (let tokens = 2 ** Math.floor(Math.log2(most)); tokens >= planFigures.smallestTokens; tokens /= 2)
    if (tokens < most) sizes.push(tokens)
  return sizes
}

/**
 * The plans in the order in which they are tried: from the first whose activations fit into the free memory. A number of
 * tokens in the settings is tried first, whatever is free; NF4 comes only after memory has run out.
 */
export function listMemoryPlans(wish: PlanWish, sizes: LayerSizes, freeBytes: number): MemoryPlan[] {
  const plans = allPlans(wish)
  if (wish.microTokens > 0) return plans
  const room = planFigures.activationShare * freeBytes
  const own = plans.filter(({ precision }) => precision === wish.precision)
  const first = own.findIndex((plan) => plan.microTokens * activationBytesPerToken(sizes, plan) <= room)
  return plans.slice(first === -1 ? own.length - 1 : first)
}
