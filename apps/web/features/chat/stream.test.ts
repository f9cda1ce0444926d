import { describe, expect, it } from 'vitest'
import { type ChatEvent, readChat } from './stream'

const chunk = (body: object) => `data: ${JSON.stringify(body)}\n\n`
const text = (content: string) => chunk({ choices: [{ delta: { content }, finish_reason: null }] })

/** A body whose bytes arrive in pieces of `size`. */
function bodyOf(source: string, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const bytes = new TextEncoder().encode(source)
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size))
      controller.close()
    },
  })
}

async function collect(source: string, size: number): Promise<ChatEvent[]> {
  const events: ChatEvent[] = []
  for await (const event of readChat(bodyOf(source, size))) events.push(event)
  return events
}

describe('a streamed answer', () => {
  const source = [
    chunk({ choices: [], palate: { turnId: 'turn_1' } }),
    ': a comment\n\n',
    text('# Crème '),
    text('brûlée\n'),
    chunk({ choices: [{ delta: {}, finish_reason: 'stop' }] }),
    'data: [DONE]\n\n',
    text('never read'),
  ].join('')

  it.each([1, 3, 7, 10_000])('reads the same events in pieces of %i bytes', async (size) => {
    expect(await collect(source, size)).toEqual([
      { type: 'turn', turnId: 'turn_1' },
      { type: 'text', text: '# Crème ' },
      { type: 'text', text: 'brûlée\n' },
      { type: 'end', reason: 'stop' },
    ])
  })

  it('throws the error that the stream carries', async () => {
    const broken = text('# A') + chunk({ error: { code: 'unavailable', message: 'The agent disconnected.' } })
    await expect(collect(broken, 5)).rejects.toThrow('The agent disconnected.')
  })

  const brokenOff =
    'The answer broke off: the connection to Palate was lost. Check the connection and try again.'

  /** A body that sends some text and then ends as `end` says. */
  const cutBody = (end: (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>) => void) =>
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(text('# A soup'))),
      pull: end,
    })

  it.each([
    ['closes before its end', cutBody((controller) => controller.close())],
    ['is cut by the network', cutBody((controller) => controller.error(new TypeError('network error')))],
    ['says nothing any more', cutBody(() => new Promise(() => undefined))],
  ])('that %s keeps its text and says so', async (_how, body) => {
    const events: ChatEvent[] = []
    const reading = (async () => {
      for await (const event of readChat(body, 200)) events.push(event)
    })()
    await expect(reading).rejects.toThrow(brokenOff)
    expect(events).toEqual([{ type: 'text', text: '# A soup' }])
  })
})
