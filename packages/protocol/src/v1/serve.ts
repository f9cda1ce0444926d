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

export const ChatMessage = z.object({
  role: z.enum(['system', 'user', 'assistant']),
  content: z.string().max(20_000),
})
export type ChatMessage = z.infer<typeof ChatMessage>

/** hub → agent `serve-start`; the agent acknowledges with null or an error, then sends `serve-token`s and one `serve-end`. */
export const ServeStart = z.object({
  requestId: z.string(),
  model: ServeModel,
  messages: z.array(ChatMessage).min(1).max(40),
  sampling: Sampling,
})
export type ServeStart = z.infer<typeof ServeStart>

export const ServeToken = z.object({ requestId: z.string(), text: z.string() })
export type ServeToken = z.infer<typeof ServeToken>

export const ServeEnd = z.object({
  requestId: z.string(),
  finishReason: z.enum(['stop', 'length', 'canceled', 'error']),
  promptTokens: z.int().nonnegative(),
  completionTokens: z.int().nonnegative(),
  durationMs: z.number().nonnegative(),
  error: z.string().nullable(),
})
export type ServeEnd = z.infer<typeof ServeEnd>

export const ServeCancel = z.object({ requestId: z.string() })
export type ServeCancel = z.infer<typeof ServeCancel>

/** POST /v1/chat/completions: the supported fields of the OpenAI API, and `palate` for a persona's question. */
export const ChatCompletionRequest = z.object({
  model: z.string().min(1).max(120),
  messages: z.array(ChatMessage).min(1).max(40).optional(),
  stream: z.boolean().default(true),
  temperature: z.number().min(0).max(2).default(0.7),
  top_p: z.number().gt(0).max(1).default(0.95),
  max_tokens: z.int().min(1).max(1024).default(320),
  seed: z.int().nonnegative().optional(),
  palate: z
    .object({
      persona: z.string().min(1).max(80),
      inventory: z.array(z.string().trim().min(1).max(60)).min(1).max(12),
      request: z.string().trim().max(300).default(''),
      visitorId: z.string().min(8).max(64),
    })
    .optional(),
})
export type ChatCompletionRequest = z.infer<typeof ChatCompletionRequest>

const finishReason = z.enum(['stop', 'length']).nullable()
const usage = z.object({
  prompt_tokens: z.int().nonnegative(),
  completion_tokens: z.int().nonnegative(),
  total_tokens: z.int().nonnegative(),
})
/** The id of the stored answer, where `palate` was in the request. */
const storedTurn = z.object({ turnId: z.string() }).optional()

/** A whole answer, as the OpenAI API has it. */
export const ChatCompletion = z.object({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.int(),
  model: z.string(),
  choices: z.array(
    z.object({
      index: z.int(),
      message: z.object({ role: z.literal('assistant'), content: z.string() }),
      finish_reason: finishReason,
    }),
  ),
  usage,
  palate: storedTurn,
})
export type ChatCompletion = z.infer<typeof ChatCompletion>

/** One server-sent event of a streamed answer, as the OpenAI API has it. */
export const ChatCompletionChunk = z.object({
  id: z.string(),
  object: z.literal('chat.completion.chunk'),
  created: z.int(),
  model: z.string(),
  choices: z.array(
    z.object({
      index: z.int(),
      delta: z.object({ role: z.literal('assistant').optional(), content: z.string().optional() }),
      finish_reason: finishReason,
    }),
  ),
  usage: usage.optional(),
  palate: storedTurn,
})
export type ChatCompletionChunk = z.infer<typeof ChatCompletionChunk>

/** GET /v1/models, as the OpenAI API has it. */
export const ModelList = z.object({
  object: z.literal('list'),
  data: z.array(
    z.object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() }),
  ),
})
export type ModelList = z.infer<typeof ModelList>
