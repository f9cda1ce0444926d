import { Id, Text } from '@palate/protocol'
import { z } from 'zod'

export const CreateEvaluationInput = z.strictObject({
  /** It is compared with the model that its training began with. Default: the newest tuned model. */
  tunedModelVersionId: Id.optional(),
  samplesPerCase: z
    .int()
    .min(1, 'At least one sample per case.')
    .max(20, 'At most 20 samples per case.')
    .default(2),
  /** Uses at most this many cases, spread over personas and categories. */
  caseLimit: z.int().min(1).max(10_000).optional(),
  seed: z.int().min(0).max(2_147_483_647).default(1),
})
export type CreateEvaluationInput = z.input<typeof CreateEvaluationInput>

export const EvaluationRef = z.strictObject({ id: Id })
export type EvaluationRef = z.infer<typeof EvaluationRef>

export const ListAnswersInput = z.strictObject({
  evaluationId: Id,
  category: Text(80).optional(),
  /** The tuned answer compared with the base answer to the same case and sample, by the rules. */
  outcome: z.enum(['better', 'same', 'worse']).optional(),
  cursor: z
    .string()
    .max(9)
    .regex(/^\d{1,9}$/)
    .nullish(),
  limit: z.int().min(1).max(100).default(20),
})
export type ListAnswersInput = z.input<typeof ListAnswersInput>
