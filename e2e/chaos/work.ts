import type { CreateRunInput } from '@palate/core/run/schemas'

export type RunInput = Extract<CreateRunInput, { kind: 'pretrain' }>

/** Runs that take about a minute each on one core, with a point of each series every five steps. */
const common = {
  ...{ recipes: 120, steps: 400, batchSize: 2, hiddenSize: 32, layers: 1, heads: 2, kvHeads: 2, ffnSize: 32 },
  ...{ vocabSize: 600, maxLength: 256, checkpointEvery: 15, sampleEvery: 200, threads: 1 },
}

/** Two different runs, so that a point that is stored in the wrong run is noticed. */
export function runInput(index: number, steps = common.steps): RunInput {
  return {
    kind: 'pretrain',
    name: `chaos ${index + 1}`,
    seed: 11 + (index % 2),
    config: { ...common, steps },
  }
}

/** Series that follow from the seed alone, and must agree with an undisturbed run to the last bit. */
export const exactKeys = ['loss', 'learning_rate', 'grad_norm']
