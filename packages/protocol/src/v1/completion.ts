import { z } from 'zod'

const finishReason = z.enum(['stop', 'length'])
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
      message: z.object({ role: z.literal('assistant'), content: z.string(), refusal: z.null() }),
      logprobs: z.null(),
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
  /** Empty in the chunk of the usage. */
  choices: z.array(
    z.object({
      index: z.int(),
      delta: z.object({ role: z.literal('assistant').optional(), content: z.string().optional() }),
      logprobs: z.null(),
      finish_reason: finishReason.nullable(),
    }),
  ),
  /** Only with `stream_options.include_usage`; null in all chunks but the last. */
  usage: usage.nullish(),
  palate: storedTurn,
})
export type ChatCompletionChunk = z.infer<typeof ChatCompletionChunk>

/** What our own clients read of an event: a chunk, or the error that ends a stream. Fields of a newer hub are ignored. */
export const ReceivedChunk = z.object({
  choices: z
    .array(
      z.object({
        delta: z.object({ content: z.string().nullish() }).nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .default([]),
  usage: usage.pick({ prompt_tokens: true, completion_tokens: true }).nullish(),
  palate: storedTurn.unwrap().partial().nullish(),
  error: z
    .object({ message: z.string(), remedy: z.string().nullish(), code: z.string().nullish() })
    .nullish(),
})
export type ReceivedChunk = z.infer<typeof ReceivedChunk>

/** GET /v1/models/{model}, as the OpenAI API has it. */
export const ServedModel = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
})
export type ServedModel = z.infer<typeof ServedModel>

/** GET /v1/models, as the OpenAI API has it. */
export const ModelList = z.object({ object: z.literal('list'), data: z.array(ServedModel) })
export type ModelList = z.infer<typeof ModelList>

/** Every error under /v1, as the OpenAI API has it, with Palate's remedy. */
export const OpenAiError = z.object({
  error: z.object({
    message: z.string(),
    type: z.enum(['invalid_request_error', 'requests', 'server_error']),
    /** The field that is wrong: `messages[0].content`. */
    param: z.string().nullable(),
    code: z.string(),
    remedy: z.string().optional(),
  }),
})
export type OpenAiError = z.infer<typeof OpenAiError>
