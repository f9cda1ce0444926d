import type { HttpBindings } from '@hono/node-server'
import { clientAddress } from '@palate/config/http/client-address'
import { prepareWarmUp } from '@palate/core'
import type { WarmUpRequest } from '@palate/protocol'
import type { Context } from 'hono'
import { RateLimited } from './rate-limit'
import { toServeModel } from './serve-model'
import type { ChatTools } from './tools'

/**
 * POST /v1/warm-up: somebody opened the chat, so an agent opens the model and reads the system prompt ahead. Nobody waits
 * for it: without an agent the first question says so.
 */
export async function postWarmUp(
  c: Context<{ Bindings: HttpBindings }>,
  { deps, relay, warmUps, trustedProxies }: ChatTools,
  { model: slug, persona }: WarmUpRequest,
): Promise<Response> {
  const address = clientAddress(
    c.env.incoming.socket.remoteAddress,
    c.req.header('x-forwarded-for'),
    trustedProxies,
  )
  if (!(await warmUps.addresses.take(address)))
    throw new RateLimited('The limit of pages that are opened in a minute is reached.', 60)
  if (!(await warmUps.prompts.take(JSON.stringify([slug, persona])))) return c.body(null, 202)
  const { serving, system } = await prepareWarmUp(deps, { slug, persona })
  const server = system === null ? null : relay.find(serving.workspaceId)
  if (server && system !== null) {
    const model = await toServeModel(deps, server.agent.agentId, serving)
    server.socket.emit('serve-warm-up', { model, system })
  }
  return c.body(null, 202)
}
