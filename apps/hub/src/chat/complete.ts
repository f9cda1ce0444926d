import type { HttpBindings } from '@hono/node-server'
import type { Deps } from '@palate/core'
import { ChatCompletionRequest } from '@palate/protocol'
import type { Context } from 'hono'
import { readJson } from '../http/json-body'
import { clientAddress } from './client-address'
import { openTurn } from './open-turn'
import type { ChatLimiter } from './rate-limit'
import type { Relay } from './relay'
import { sendAnswer } from './send-answer'
import { streamAnswer } from './stream-answer'

export interface ChatTools {
  deps: Deps
  relay: Relay
  limiter: ChatLimiter
  trustedProxies: readonly string[]
}

const maxBodyBytes = 512 * 1024

/** POST /v1/chat/completions, in OpenAI's shape, streamed or whole. Public, and limited for it. */
export async function postChatCompletions(
  c: Context<{ Bindings: HttpBindings }>,
  tools: ChatTools,
): Promise<Response> {
  const request = await readJson(c, ChatCompletionRequest, maxBodyBytes)
  const peer = c.env.incoming.socket.remoteAddress
  const address = clientAddress(peer, c.req.header('x-forwarded-for'), tools.trustedProxies)
  const leave = await tools.limiter.enter({ address, visitorId: request.palate?.visitorId ?? null })
  try {
    const turn = await openTurn(tools, request)
    void turn.ended.finally(leave)
    return request.stream ? streamAnswer(c, turn, tools.deps.log) : await sendAnswer(c, turn)
  } catch (error) {
    leave()
    throw error
  }
}
