import { z } from 'zod'

export const CreateBatchInput = z.strictObject({
  /** The newest base model where it is not said. */
  modelVersionId: z.string().optional(),
  /** Whose recipes give the ingredients: the newest ready dataset where it is not said, none with null. */
  datasetVersionId: z.string().nullable().optional(),
  /** All personas where it is not said. */
  personaIds: z.array(z.string()).min(1, 'Choose at least one persona.').max(100).optional(),
  promptsPerPersona: z
    .int()
    .min(1, 'At least one prompt a persona.')
    .max(500, 'At most 500 prompts a persona.')
    .default(36),
  /** The same seed, personas and data give the same prompts; the batch's number where it is not said. */
  seed: z.int().min(0).max(2_147_483_647).optional(),
  /** How many people judge each pair. */
  votesPerPair: z.int().min(1).max(9).default(1),
})
export type CreateBatchInput = z.input<typeof CreateBatchInput>

export const BatchRef = z.strictObject({ id: z.string() })
export type BatchRef = z.infer<typeof BatchRef>

export const ListPairsInput = z.strictObject({
  batchId: z.string(),
  cursor: z
    .string()
    .regex(/^\d{1,9}$/)
    .nullish(),
  limit: z.int().min(1).max(100).default(20),
})
export type ListPairsInput = z.input<typeof ListPairsInput>
