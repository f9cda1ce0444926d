import { Id, Sampling, Text } from '@palate/protocol'
import { z } from 'zod'

export const ChatInfoInput = z.strictObject({
  /** A deployment's public name. Default: the one changed last. */
  slug: Text(120).nullish(),
})
export type ChatInfoInput = z.infer<typeof ChatInfoInput>

/** A random id that the visitor's browser stores. */
export const VisitorId = Text(64).min(8)

export const ChatQuestion = z.object({
  slug: Text(120).min(1),
  persona: Text(80).min(1),
  inventory: z.array(Text(60).trim().min(1)).min(1, 'Name at least one ingredient.').max(12),
  request: Text(300).trim().default(''),
})
export type ChatQuestion = z.input<typeof ChatQuestion>

export const StoredTurn = z.object({
  turnId: z.string().startsWith('turn_'),
  workspaceId: z.string(),
  deploymentId: z.string(),
  modelVersionId: z.string(),
  personaVersionId: z.string().nullable(),
  visitorId: VisitorId,
  inventory: z.array(z.string()),
  request: z.string(),
  sampling: Sampling,
  text: z.string(),
  finishReason: z.string().max(40),
  completionTokens: z.int().nonnegative(),
  durationMs: z.number().nonnegative(),
})
export type StoredTurn = z.infer<typeof StoredTurn>

export const TurnRef = z.strictObject({ turnId: Id })
export type TurnRef = z.infer<typeof TurnRef>

export const FeedbackInput = z.strictObject({
  turnId: Id,
  visitorId: VisitorId,
  /** null removes the thumb. */
  thumb: z.enum(['up', 'down']).nullable(),
})
export type FeedbackInput = z.infer<typeof FeedbackInput>

export const ListFeedbackInput = z.strictObject({ limit: z.int().min(1).max(200).default(50) })
export type ListFeedbackInput = z.input<typeof ListFeedbackInput>
