import { EventSourceParserStream } from 'eventsource-parser/stream'
import { z } from 'zod'

/** The fields of an OpenAI chat chunk that the page reads; `palate.turnId` is the id of the stored answer. */
const Chunk = z.object({
  choices: z
    .array(
      z.object({
        delta: z.object({ content: z.string().nullish() }).nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .default([]),
  palate: z.object({ turnId: z.string() }).partial().nullish(),
  error: z.object({ message: z.string(), remedy: z.string().nullish() }).nullish(),
})

export type ChatEvent =
  | { type: 'turn'; turnId: string }
  | { type: 'text'; text: string }
  | { type: 'end'; reason: string }

/**
 * Reads a stream of server-sent chat chunks.
 *
 * @throws Error with the server's message when the answer failed before its end
 */
export async function* readChat(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<ChatEvent> {
  for await (const data of readEventData(body)) {
    if (data === '[DONE]') return
    const chunk = Chunk.parse(JSON.parse(data))
    if (chunk.error) throw new Error([chunk.error.message, chunk.error.remedy].filter(Boolean).join(' '))
    if (chunk.palate?.turnId) yield { type: 'turn', turnId: chunk.palate.turnId }
    for (const { delta, finish_reason } of chunk.choices) {
      if (delta?.content) yield { type: 'text', text: delta.content }
      if (finish_reason) yield { type: 'end', reason: finish_reason }
    }
  }
}

/** The data of each server-sent event. */
async function* readEventData(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
  const reader = events.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value.data
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
