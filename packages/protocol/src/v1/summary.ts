import { z } from 'zod'

const measure = z.number().nonnegative()

/**
 * What an attempt cost and what it did with it, measured by the trainer and sent at its end. A figure is absent where
 * it was not measured or has no meaning (a CPU reports no energy, a fine-tuning has no reference): absent is not 0.
 */
export const RunSummary = z.object({
  /** From the trainer's start to its end, loading and export included. */
  seconds: measure,
  /** The training loop alone. */
  trainSeconds: measure.optional(),
  /** Tokens that the loss or its context needed; padding is none, and a token is counted each time it is trained. */
  usefulTokens: measure.optional(),
  usefulTokensPerSecond: measure.optional(),
  /** Of these, the tokens that logits were computed for. */
  scoredTokens: measure.optional(),
  /** Padding that batches of the same rows would have computed at their longest length. */
  paddingAvoided: measure.optional(),
  referenceHits: measure.optional(),
  referenceMisses: measure.optional(),
  precision: z.string().optional(),
  attention: z.string().optional(),
  /** The memory plan that the run ended on. */
  memoryPlan: z.string().optional(),
  checkpointing: z.boolean().optional(),
  prefixSharing: z.boolean().optional(),
  device: z.string().optional(),
  /** On a GPU the allocator's most, on a CPU the greatest size of the process. */
  peakMemoryBytes: measure.optional(),
  energyJoules: measure.optional(),
})
export type RunSummary = z.infer<typeof RunSummary>

/** What an hour of an agent costs. */
export const HourlyPrice = z.strictObject({
  amount: z.number().nonnegative().max(100_000),
  currency: z
    .string()
    .max(3)
    .regex(/^[A-Z]{3}$/, 'Three letters, for example EUR.'),
})
export type HourlyPrice = z.infer<typeof HourlyPrice>
