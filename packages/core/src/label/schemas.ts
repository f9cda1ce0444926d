import { Id } from '@palate/protocol'
import { z } from 'zod'

/** A person's choice, by the side on which they saw the text. */
export const ShownChoice = z.enum(['left', 'right', 'tie', 'both_bad'])
export type ShownChoice = z.infer<typeof ShownChoice>

export const NextPairsInput = z.strictObject({
  count: z.int().min(1).max(5).default(1),
  /** Pairs that the caller has already. */
  exclude: z.array(Id).max(20).default([]),
})
export type NextPairsInput = z.input<typeof NextPairsInput>

export const LabelSummaryInput = z.strictObject({
  /** When the labeler's own day began, for "today". Default: midnight UTC. */
  dayStart: z.iso.datetime().max(30).optional(),
})
export type LabelSummaryInput = z.infer<typeof LabelSummaryInput>

export const VoteInput = z.strictObject({
  pairId: Id,
  choice: ShownChoice,
  /** From showing the pair to the choice. */
  durationMs: z.int().min(0).max(86_400_000).optional(),
})
export type VoteInput = z.infer<typeof VoteInput>

export const PairRef = z.strictObject({ pairId: Id })
export type PairRef = z.infer<typeof PairRef>

export const ApplyRulesInput = z.strictObject({
  /** Default: all batches. */
  batchId: Id.optional(),
  /** Also the pairs that people have labeled. */
  includeLabeled: z.boolean().default(false),
})
export type ApplyRulesInput = z.input<typeof ApplyRulesInput>

export const UndoRulesInput = z.strictObject({
  /** From the result of `applyRules`. */
  appliedAt: z.iso.datetime().max(30),
})
export type UndoRulesInput = z.infer<typeof UndoRulesInput>
