import type { HttpBindings } from '@hono/node-server'
import { type Deps, listServedModels } from '@palate/core'
import type { ChatCompletionRequest, ModelList } from '@palate/protocol'
import type { Context } from 'hono'
import { clientAddress } from './client-address'
import type { ChatLimiter } from './rate-limit'
import type { Relay } from './relay'
import { sendCompletion, streamCompletion } from './response'
import { openTurn } from './turn'

export interface ChatTools {
  deps: Deps
  relay: Relay
  limiter: ChatLimiter
  trustedProxies: readonly string[]
}

/** POST /v1/chat/completions, in OpenAI's shape, streamed or whole. Public, therefore rate-limited. */
export async function postChatCompletions(
  c: Context<{ Bindings: HttpBindings }>,
  tools: ChatTools,
  request: ChatCompletionRequest,
): Promise<Response> {
  const peer = c.env.incoming.socket.remoteAddress
  const address = clientAddress(peer, c.req.header('x-forwarded-for'), tools.trustedProxies)
  const leave = await tools.limiter.enter({ address, visitorId: request.palate?.visitorId ?? null })
  try {
    const turn = await openTurn(tools, request)
    void turn.ended.finally(leave)
    return request.stream ? streamCompletion(c, turn, tools.deps.log) : await sendCompletion(c, turn)
  } catch (error) {
    leave()
    throw error
  }
}

/** GET /v1/models, in OpenAI's shape: the active deployments. */
export async function getModels(c: Context, deps: Deps): Promise<Response> {
  const models = await listServedModels(deps)
  const data = models.map(({ slug, createdAt }) => ({
    id: slug,
    object: 'model' as const,
    created: Math.floor(createdAt.getTime() / 1000),
    owned_by: 'palate',
  }))
  return c.json({ object: 'list', data } satisfies ModelList)
}
