/** The settings of one round that are taken without a choice: answers, training on votes, evaluation. */
export interface Round {
  batch: { promptsPerPersona: number; variantsPerPrompt: number }
  /** A setting that is left out has its default. */
  dpo: Readonly<Record<string, number>>
  evaluation: { samplesPerCase: number }
}

/** The starter model is small: it answers and learns fast, and needs many pairs. */
const starter: Round = {
  batch: { promptsPerPersona: 36, variantsPerPrompt: 4 },
  dpo: {},
  evaluation: { samplesPerCase: 2 },
}

/**
 * A published model, SmolLM2 eighty times as large: fewer prompts with more answers each, longer examples, smaller steps, and
 * no samples while it trains, so that a round ends within half an hour on two cores without a GPU.
 */
const published: Round = {
  batch: { promptsPerPersona: 6, variantsPerPrompt: 6 },
  dpo: { epochs: 3, batchSize: 4, learningRate: 0.0005, maxLength: 640, sampleEvery: 0 },
  evaluation: { samplesPerCase: 1 },
}

export const rounds = { starter, published } as const
export type RoundName = keyof typeof rounds

/** What a round is chosen by: a model of the registry, of which only a published base knows its parameters. */
interface RoundModel {
  id: string
  baseId: string | null
  parameters: number | null
}

/**
 * The round that suits a model: that of a published one for an import and everything that was trained on it.
 *
 * @param models of the registry, among them the base of `id`
 * @param id of the model; undefined or unknown for the starter model's round
 */
export function roundOf(models: readonly RoundModel[], id: string | null | undefined): RoundName {
  const model = models.find((one) => one.id === id)
  const base = models.find((one) => one.id === model?.baseId) ?? model
  return base && base.parameters !== null ? 'published' : 'starter'
}

/**
 * What the guided first run takes on two cores without a GPU, in minutes: all of it, and the step that makes the model.
 * The figures of docs/benchmarks.md; SmolLM2's is the limit that its round is made for.
 */
export const guidedMinutes = {
  published: { whole: 30, model: '1–2' },
  starter: { whole: 15, model: '7–9' },
} as const
