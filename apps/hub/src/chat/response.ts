import type { HttpBindings } from '@hono/node-server'
import { DomainError, type Logger } from '@palate/core'
import type { ChatCompletion, ChatCompletionChunk, OpenAiError, ServeEnd } from '@palate/protocol'
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import { toErrorResponse } from '../error-response'
import { ApiError, toApiError } from './api-error'
import type { Turn } from './turn'

/** Proxies close a silent connection; the web process does after 30 s, and loading weights may take longer. */
const keepAliveMs = 10_000

/** The whole answer in one response (`chat.completion`). */
export async function sendCompletion(c: Context<{ Bindings: HttpBindings }>, turn: Turn): Promise<Response> {
  c.env.outgoing.once('close', () => turn.cancel())
  let text = ''
  for await (const piece of turn.tokens) text += piece
  const end = await turn.ended
  await turn.store(text, end)
  if (end.finishReason === 'error') throw answerFailed(end)
  return c.json({
    id: turn.id,
    object: 'chat.completion',
    created: turn.createdSeconds,
    model: turn.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text, refusal: null },
        logprobs: null,
        finish_reason: toFinishReason(end),
      },
    ],
    usage: toUsage(end),
    ...turnIdOf(turn),
  } satisfies ChatCompletion)
}

/**
 * Server-sent events: first the turn's id, then the text as it is generated, the reason of the end, where asked for the
 * usage, and [DONE].
 */
export function streamCompletion(
  c: Context,
  turn: Turn,
  { log, includeUsage }: { log: Logger; includeUsage: boolean },
): Response {
  const response = streamSSE(c, async (stream) => {
    const noUsage = includeUsage ? { usage: null } : {}
    const send = (data: ChatCompletionChunk | OpenAiError) =>
      stream.writeSSE({ data: JSON.stringify('error' in data ? data : { ...noUsage, ...data }) })
    stream.onAbort(() => turn.cancel())
    const keepAlive = setInterval(() => void stream.write(': keep-alive\n\n'), keepAliveMs)
    let text = ''
    try {
      await send({ ...toChunk(turn, { role: 'assistant', content: '' }), ...turnIdOf(turn) })
      for await (const piece of turn.tokens) {
        text += piece
        await send(toChunk(turn, { content: piece }))
      }
      const end = await turn.ended
      await turn.store(text, end)
      if (end.finishReason === 'error') throw answerFailed(end)
      await send(toChunk(turn, {}, toFinishReason(end)))
      if (includeUsage) await send({ ...toChunk(turn, {}), choices: [], usage: toUsage(end) })
      await stream.writeSSE({ data: '[DONE]' })
    } catch (error) {
      turn.cancel()
      await send(toApiError(toErrorResponse(error, log, 'chat'), error))
    } finally {
      clearInterval(keepAlive)
    }
  })
  response.headers.set('cache-control', 'no-cache, no-transform') // a proxy that compresses would also buffer
  response.headers.set('x-accel-buffering', 'no')
  return response
}

function toChunk(
  { id, model, createdSeconds }: Turn,
  delta: { role?: 'assistant'; content?: string },
  finishReason: 'stop' | 'length' | null = null,
): ChatCompletionChunk {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finishReason }]
  return { id, object: 'chat.completion.chunk', created: createdSeconds, model, choices }
}

const turnIdOf = ({ turnId }: Turn) => (turnId ? { palate: { turnId } } : {})

/** OpenAI has no "canceled": the visitor who canceled does not read the end. */
function toFinishReason({ finishReason }: ServeEnd): 'stop' | 'length' {
  return finishReason === 'length' ? 'length' : 'stop'
}

function toUsage({ promptTokens, completionTokens }: ServeEnd): ChatCompletion['usage'] {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  }
}

function answerFailed({ error, errorCode }: ServeEnd): DomainError {
  if (errorCode === 'prompt_too_long')
    return new ApiError('invalid', error ?? 'The messages are too long for this model.', undefined, {
      param: 'messages',
      code: 'context_length_exceeded',
    })
  return new DomainError('unavailable', `The answer broke off: ${error ?? 'the agent failed'}`, 'Ask again.')
}
