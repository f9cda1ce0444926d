import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { toFinishReason, toUsage } from './chunk'
import { answerFailed } from './failed'
import type { Turn } from './open-turn'

/** The whole answer in one piece (`chat.completion`). */
export async function sendAnswer(c: Context<{ Bindings: HttpBindings }>, turn: Turn): Promise<Response> {
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
      { index: 0, message: { role: 'assistant', content: text }, finish_reason: toFinishReason(end) },
    ],
    usage: toUsage(end),
    ...(turn.turnId ? { palate: { turnId: turn.turnId } } : {}),
  })
}
