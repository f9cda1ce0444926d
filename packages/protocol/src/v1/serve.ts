import { z } from 'zod'
import { LeaseInput } from './agent'
import { Sampling } from './run'

/** Weights to answer with; the agent fetches what it has not got yet and keeps it by hash. */
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

/** hub → agent `serve-start`; acked with null or an error, then `serve-token`s and one `serve-end` come back. */
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
  finishReason: z.enum(['stop', 'length', 'canceled', 'error']).catch('stop'),
  promptTokens: z.int().nonnegative(),
  completionTokens: z.int().nonnegative(),
  durationMs: z.number().nonnegative(),
  error: z.string().nullable(),
})
export type ServeEnd = z.infer<typeof ServeEnd>

export const ServeCancel = z.object({ requestId: z.string() })
export type ServeCancel = z.infer<typeof ServeCancel>

/** POST /v1/chat/completions: the OpenAI fields that we honour, plus `palate` for what only we have. */
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
