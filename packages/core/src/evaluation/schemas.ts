import { z } from 'zod'

export const CreateEvaluationInput = z.strictObject({
  /** The newest tuned model where it is not said; it is held against its own base. */
  tunedModelVersionId: z.string().optional(),
  samplesPerCase: z
    .int()
    .min(1, 'At least one sample a case.')
    .max(20, 'At most 20 samples a case.')
    .default(2),
  /** Takes only so many cases, spread over personas and categories. */
  caseLimit: z.int().min(1).max(10_000).optional(),
  seed: z.int().min(0).max(2_147_483_647).default(1),
})
export type CreateEvaluationInput = z.input<typeof CreateEvaluationInput>

export const EvaluationRef = z.strictObject({ id: z.string() })
export type EvaluationRef = z.infer<typeof EvaluationRef>

export const ListAnswersInput = z.strictObject({
  evaluationId: z.string(),
  category: z.string().max(80).optional(),
  /** How the tuned model did against base on the same case and sample, by the rules. */
  outcome: z.enum(['better', 'same', 'worse']).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,9}$/)
    .nullish(),
  limit: z.int().min(1).max(100).default(20),
})
export type ListAnswersInput = z.input<typeof ListAnswersInput>
