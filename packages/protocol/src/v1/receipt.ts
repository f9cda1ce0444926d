import { z } from 'zod'

const measure = z.number().nonnegative()

/**
 * What an attempt cost and what it did with it, told at its end. A figure is absent where it was not measured or has
 * no meaning (a CPU has no known peak, a fine-tuning no reference): absent is not nothing.
 */
export const Receipt = z.object({
  seconds: measure,
  /** Tokens that the loss or its context needed; padding is none. */
  usefulTokens: measure.optional(),
  usefulTokensPerSecond: measure.optional(),
  /** Padding that batches of the same rows at their longest length would have computed. */
  paddingAvoided: measure.optional(),
  referenceHits: measure.optional(),
  referenceMisses: measure.optional(),
  precision: z.string().optional(),
  attention: z.string().optional(),
  device: z.string().optional(),
  peakMemoryBytes: measure.optional(),
  /** Model FLOPs that the useful tokens needed, a second; and its share of the device's peak. */
  flopsPerSecond: measure.optional(),
  utilisation: measure.optional(),
  energyJoules: measure.optional(),
})
export type Receipt = z.infer<typeof Receipt>

/** What an hour of an agent costs. */
export const HourlyPrice = z.strictObject({
  amount: z.number().nonnegative().max(100_000),
  currency: z.string().regex(/^[A-Z]{3}$/, 'Three letters, for example EUR.'),
})
export type HourlyPrice = z.infer<typeof HourlyPrice>
