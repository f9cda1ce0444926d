import { ReceivedChunk } from '@palate/protocol'
import { EventSourceParserStream } from 'eventsource-parser/stream'

export type ChatEvent =
  | { type: 'turn'; turnId: string }
  | { type: 'text'; text: string }
  | { type: 'end'; reason: string }

/**
 * Reads a stream of server-sent chat chunks.
 *
 * @throws Error with a sentence when the answer failed, broke off or fell silent before its end
 */
export async function* readChat(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  silenceMs = defaultSilenceMs,
): AsyncGenerator<ChatEvent> {
  let ended = false
  for await (const data of readEventData(body, silenceMs)) {
    if (data === '[DONE]') return
    const chunk = ReceivedChunk.parse(JSON.parse(data))
    if (chunk.error) throw new Error([chunk.error.message, chunk.error.remedy].filter(Boolean).join(' '))
    if (chunk.palate?.turnId) yield { type: 'turn', turnId: chunk.palate.turnId }
    for (const { delta, finish_reason } of chunk.choices) {
      if (delta?.content) yield { type: 'text', text: delta.content }
      if (finish_reason) {
        ended = true
        yield { type: 'end', reason: finish_reason }
      }
    }
  }
  if (!ended) throw new Error(brokenOff)
}

/** The hub sends a comment every 10 s, however long the model thinks. */
const defaultSilenceMs = 35_000
const brokenOff =
  'The answer broke off: the connection to Palate was lost. Check the connection and try again.'

/** The data of each server-sent event. */
async function* readEventData(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  silenceMs: number,
): AsyncGenerator<string> {
  const events = body
    .pipeThrough(endWhenSilent(silenceMs))
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
  const reader = events.getReader()
  try {
    for (;;) {
      // The browser's own words for a lost connection ("network error") help nobody.
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw isAbort(error) ? error : new Error(brokenOff)
      })
      if (done) return
      yield value.data
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

const isAbort = (error: unknown) => error instanceof Error && error.name === 'AbortError'

/** A network that is lost without a word closes nothing: without bytes for this long the stream fails. */
function endWhenSilent(silenceMs: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let timer: ReturnType<typeof setTimeout>
  return new TransformStream({
    start(controller) {
      timer = setTimeout(() => controller.error(new Error(brokenOff)), silenceMs)
    },
    transform(bytes, controller) {
      clearTimeout(timer)
      timer = setTimeout(() => controller.error(new Error(brokenOff)), silenceMs)
      controller.enqueue(bytes)
    },
    flush: () => clearTimeout(timer),
  })
}
