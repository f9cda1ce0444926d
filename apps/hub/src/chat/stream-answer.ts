import type { Logger } from '@palate/core'
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import { toErrorResponse } from '../error-response'
import { toChunk, toFinishReason, toUsage } from './chunk'
import { answerFailed } from './failed'
import type { Turn } from './open-turn'

/** Proxies cut a line on which nothing is said; the web process's does after 30 s, and weights may take longer to load. */
const aliveMs = 10_000

/** Server-sent events: the turn's id first, then the text as it comes, then the reason of the end, then [DONE]. */
export function streamAnswer(c: Context, turn: Turn, log: Logger): Response {
  const response = streamSSE(c, async (stream) => {
    const send = (data: unknown) => stream.writeSSE({ data: JSON.stringify(data) })
    stream.onAbort(() => turn.cancel())
    const alive = setInterval(() => void stream.write(': still there\n\n'), aliveMs)
    let text = ''
    try {
      await send({
        ...toChunk(turn, { role: 'assistant', content: '' }),
        ...(turn.turnId ? { palate: { turnId: turn.turnId } } : {}),
      })
      for await (const piece of turn.tokens) {
        text += piece
        await send(toChunk(turn, { content: piece }))
      }
      const end = await turn.ended
      await turn.store(text, end)
      if (end.finishReason === 'error') throw answerFailed(end)
      await send({ ...toChunk(turn, {}, toFinishReason(end)), usage: toUsage(end) })
      await stream.writeSSE({ data: '[DONE]' })
    } catch (error) {
      turn.cancel()
      await send({ error: toErrorResponse(error, log, 'chat') })
    } finally {
      clearInterval(alive)
    }
  })
  response.headers.set('cache-control', 'no-cache, no-transform') // a proxy that packs would also hold back
  response.headers.set('x-accel-buffering', 'no')
  return response
}
