import { Id } from '@palate/protocol'
import { z } from 'zod'

/** More would make each pair a choice among too many to learn from. */
export const maxModels = 4

export const CreateBatchInput = z.strictObject({
  /** Each of them answers every prompt. Default: the newest model that has not learned from votes yet. */
  modelVersionIds: z
    .array(Id)
    .min(1, 'Choose at least one model.')
    .max(maxModels, `At most ${maxModels} models.`)
    .optional(),
  /** Its recipes give the ingredients. Default: the newest ready dataset; null: no dataset. */
  datasetVersionId: Id.nullable().optional(),
  /** Default: all personas. */
  personaIds: z.array(Id).min(1, 'Choose at least one persona.').max(100).optional(),
  promptsPerPersona: z
    .int()
    .min(1, 'At least one prompt per persona.')
    .max(500, 'At most 500 prompts per persona.')
    .default(36),
  /** The same seed, personas and data give the same prompts. Default: the batch's number. */
  seed: z.int().min(0).max(2_147_483_647).optional(),
  /** Answers of each model to each prompt. Of all of them, the two that differ most in what the persona's rules ask for become the pair. */
  variantsPerPrompt: z
    .int()
    .min(2, 'At least two answers per prompt.')
    .max(8, 'At most eight answers per prompt.')
    .default(4),
  /** Makes pairs also of answers that nobody can read: no recipe, or the same words again and again. */
  keepUnreadable: z.boolean().default(false),
  /** How many people label each pair. */
  votesPerPair: z.int().min(1).max(9).default(1),
})
export type CreateBatchInput = z.input<typeof CreateBatchInput>

export const BatchRef = z.strictObject({ id: Id })
export type BatchRef = z.infer<typeof BatchRef>

export const ListPairsInput = z.strictObject({
  batchId: Id,
  cursor: z
    .string()
    .max(9)
    .regex(/^\d{1,9}$/)
    .nullish(),
  limit: z.int().min(1).max(100).default(20),
})
export type ListPairsInput = z.input<typeof ListPairsInput>
