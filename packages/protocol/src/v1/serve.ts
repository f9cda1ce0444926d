import { z } from 'zod'
import { LeaseInput } from './agent'
import { Sampling } from './run'

/** The weights of a model; the agent fetches files that are not in its cache, by their hash. */
export const ServeModel = z.object({
  modelVersionId: z.string(),
  base: LeaseInput,
  adapter: LeaseInput.nullable(),
  token: z.string(),
})
export type ServeModel = z.infer<typeof ServeModel>

export const maxMessages = 200
/** In characters. */
export const maxMessageLength = 20_000

export const ChatMessage = z.object({
  role: z.enum(['system', 'user', 'assistant']),
  content: z.string().max(maxMessageLength),
})
export type ChatMessage = z.infer<typeof ChatMessage>

/** hub → agent `serve-start`; the agent acknowledges with null or an error, then sends `serve-token`s and one `serve-end`. */
export const ServeStart = z.object({
  requestId: z.string(),
  model: ServeModel,
  messages: z.array(ChatMessage).min(1).max(maxMessages),
  sampling: Sampling,
  /** The answer ends before the first of these texts. */
  stop: z.array(z.string().min(1).max(200)).max(4),
})
export type ServeStart = z.infer<typeof ServeStart>

/** hub → agent `serve-warm-up`: somebody opened the chat, so the next question may come soon. Without a reply. */
export const ServeWarmUp = z.object({
  model: ServeModel,
  /** The system prompt that the next question will have. */
  system: z.string().max(maxMessageLength),
})
export type ServeWarmUp = z.infer<typeof ServeWarmUp>

/**
 * hub → agent `serve-released`: the models that visitors may ask, the one deployed last first, to have ready before they
 * come. It replaces what an earlier one said. Without a reply.
 */
export const ServeReleased = z.object({
  models: z.array(ServeModel).max(20),
  /** What their questions may begin with. */
  systems: z.array(z.string().max(maxMessageLength)).max(20),
})
export type ServeReleased = z.infer<typeof ServeReleased>

/** Body of POST /v1/warm-up. */
export const WarmUpRequest = z.strictObject({
  /** The deployment's public name. */
  model: z.string().min(1).max(120),
  persona: z.string().min(1).max(80),
})
export type WarmUpRequest = z.infer<typeof WarmUpRequest>

export const ServeToken = z.object({ requestId: z.string(), text: z.string() })
export type ServeToken = z.infer<typeof ServeToken>

export const ServeEnd = z.object({
  requestId: z.string(),
  finishReason: z.enum(['stop', 'length', 'canceled', 'error']),
  promptTokens: z.int().nonnegative(),
  completionTokens: z.int().nonnegative(),
  /** Of the prompt's tokens, those that the model knew from before. */
  reusedTokens: z.int().nonnegative().optional(),
  durationMs: z.number().nonnegative(),
  error: z.string().nullable(),
  /** Names an error that the request caused, so that nobody asks the same again. */
  errorCode: z.literal('prompt_too_long').optional(),
})
export type ServeEnd = z.infer<typeof ServeEnd>

export const ServeCancel = z.object({ requestId: z.string() })
export type ServeCancel = z.infer<typeof ServeCancel>
