import { type ChatCompletionRequest, ReceivedChunk } from '@palate/protocol'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { z } from 'zod'
import type { Connection } from '../connect/credentials'
import { isJson, notPalate, send } from '../connect/request'
import { CliError, exit } from '../exit'

const Refused = z.object({ error: ReceivedChunk.shape.error.unwrap().unwrap() })

/** What a request may say; `messages` or `palate`. */
export type Question = Pick<
  z.input<typeof ChatCompletionRequest>,
  'model' | 'messages' | 'palate' | 'temperature' | 'top_p' | 'top_k' | 'max_completion_tokens' | 'seed'
>

export interface AnswerEnd {
  text: string
  finishReason: string
  usage: NonNullable<ReceivedChunk['usage']> | null
  /** Of the stored answer to a persona's question. */
  turnId: string | null
}

export interface AnswerOptions {
  signal: AbortSignal
  onText(piece: string): void
  /** Without a byte for so long the answer has failed; the hub sends a comment every 10 s. */
  silenceMs?: number
}

/**
 * Asks a model and hands on its answer as it is written.
 *
 * @throws CliError when it is refused, fails or breaks off; the AbortError of the signal
 */
export async function askModel(
  { origin, apiKey }: Pick<Connection, 'origin' | 'apiKey'>,
  question: Question,
  { signal, onText, silenceMs = 45_000 }: AnswerOptions,
): Promise<AnswerEnd> {
  const response = await send(origin, '/v1/chat/completions', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
    },
    body: JSON.stringify({ ...question, stream: true, stream_options: { include_usage: true } }),
    signal,
    timeoutMs: 120_000,
  })
  if (!response.ok) throw await errorOf(origin, response)
  if (!response.headers.get('content-type')?.startsWith('text/event-stream') || !response.body)
    throw notPalate(origin, response)
  const end: AnswerEnd = { text: '', finishReason: '', usage: null, turnId: null }
  for await (const data of readEvents(origin, response.body, signal, silenceMs)) {
    const chunk = readChunk(origin, response, data)
    if (chunk.error) throw new CliError(chunk.error.message, chunk.error.remedy)
    end.turnId = chunk.palate?.turnId ?? end.turnId
    end.usage = chunk.usage ?? end.usage
    for (const { delta, finish_reason } of chunk.choices) {
      if (delta?.content) {
        end.text += delta.content
        onText(delta.content)
      }
      end.finishReason = finish_reason ?? end.finishReason
    }
  }
  if (!end.finishReason) throw brokenOff(origin)
  return end
}

const brokenOff = (origin: string) =>
  new CliError(`The answer broke off: the connection to ${origin} was lost.`, 'Ask again.', exit.unreachable)

async function errorOf(origin: string, response: Response): Promise<CliError> {
  const body: unknown = isJson(response) ? await response.json().catch(() => null) : null
  const parsed = Refused.safeParse(body)
  if (!parsed.success) return notPalate(origin, response)
  const { message, remedy } = parsed.data.error
  return new CliError(message, remedy)
}

function readChunk(origin: string, response: Response, data: string): ReceivedChunk {
  try {
    return ReceivedChunk.parse(JSON.parse(data))
  } catch {
    throw notPalate(origin, response)
  }
}

/** The data of each server-sent event until `[DONE]`. */
async function* readEvents(
  origin: string,
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
  silenceMs: number,
): AsyncGenerator<string> {
  const watch = endWhenSilent(silenceMs, brokenOff(origin))
  const reader = body
    .pipeThrough(watch.stream)
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done || value.data === '[DONE]') return
      yield value.data
    }
  } catch (error) {
    if (signal.aborted || error instanceof CliError) throw error
    throw brokenOff(origin)
  } finally {
    watch.stop()
    await reader.cancel().catch(() => undefined)
  }
}

/** A network that is lost without a word closes nothing. `stop`: else the timer keeps the process after the answer. */
function endWhenSilent(silenceMs: number, error: CliError) {
  let timer: NodeJS.Timeout | undefined
  const stream = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    start(controller) {
      timer = setTimeout(() => controller.error(error), silenceMs)
    },
    transform(bytes, controller) {
      timer?.refresh()
      controller.enqueue(bytes)
    },
  })
  return { stream, stop: () => clearTimeout(timer) }
}
