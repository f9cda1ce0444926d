type Tuning = Readonly<Record<string, number>>

/** The settings of one round that are taken without a choice: answers, trainings, evaluation. */
export interface Round {
  batch: { promptsPerPersona: number; variantsPerPrompt: number }
  /** Of a training of this kind, where the table of settings has other defaults. */
  sft: Tuning
  dpo: Tuning
  kto: Tuning
  evaluation: { samplesPerCase: number }
}

/** The starter model is small: it answers and learns fast, and needs many pairs. The defaults of the table are made for it. */
const starter: Round = {
  batch: { promptsPerPersona: 36, variantsPerPrompt: 4 },
  sft: {},
  dpo: {},
  kto: {},
  evaluation: { samplesPerCase: 2 },
}

/**
 * A published model, SmolLM2 eighty times as large: fewer prompts with more answers each, longer examples, smaller steps, and
 * no samples while it trains, so that a round ends within half an hour on two cores without a GPU.
 */
const published: Round = {
  batch: { promptsPerPersona: 6, variantsPerPrompt: 6 },
  sft: { batchSize: 4, maxLength: 640, sampleEvery: 0 },
  dpo: { epochs: 3, batchSize: 4, learningRate: 0.0005, maxLength: 640, sampleEvery: 0 },
  kto: { epochs: 3, batchSize: 4, learningRate: 0.0005, maxLength: 640, sampleEvery: 0 },
  evaluation: { samplesPerCase: 1 },
}

export const rounds = { starter, published } as const
export type RoundName = keyof typeof rounds

/** What a round is chosen by. */
interface RoundModel {
  id: string
  /** Imported, or trained from an imported one. */
  published: boolean
}

/**
 * The round that suits a model: that of a published one for an import and everything that was trained on it.
 *
 * @param id of one of the models; undefined or unknown for the starter model's round
 */
export function roundOf(models: readonly RoundModel[], id: string | null | undefined): RoundName {
  return models.find((one) => one.id === id)?.published ? 'published' : 'starter'
}

/**
 * What the guided first run takes on two cores without a GPU, in minutes: all of it, and the step that makes the model.
 * The figures of docs/benchmarks.md; SmolLM2's is the limit that its round is made for.
 */
export const guidedMinutes = {
  published: { whole: 30, model: '1–2' },
  starter: { whole: 15, model: '7–9' },
} as const
