import type { HttpBindings } from '@hono/node-server'
import { clientAddress } from '@palate/config/http/client-address'
import { type Deps, DomainError, listServedModels, resolveApiKey, resolveWorkspace } from '@palate/core'
import type { ChatCompletionRequest, ModelList, ServedModel } from '@palate/protocol'
import type { Context } from 'hono'
import { sendCompletion, streamCompletion } from './response'
import type { ChatTools } from './tools'
import { openTurn } from './turn'

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
    const keyWorkspaceId = await findKeyWorkspace(tools.deps, c.req.header('authorization'))
    const turn = await openTurn(tools, request, keyWorkspaceId)
    void turn.ended.finally(leave)
    if (!request.stream) return await sendCompletion(c, turn)
    return streamCompletion(c, turn, {
      log: tools.deps.log,
      includeUsage: request.stream_options?.include_usage === true,
    })
  } catch (error) {
    leave()
    throw error
  }
}

/**
 * The workspace of the API key in a request. The chat is public, and OpenAI's clients always send some key: only one that
 * looks like Palate's is checked.
 *
 * @throws DomainError `unauthenticated` for an unknown or revoked key, `forbidden` when its owner left the workspace
 */
async function findKeyWorkspace(deps: Deps, authorization: string | undefined): Promise<string | null> {
  const key = /^Bearer (plt_\S+)$/.exec(authorization ?? '')?.[1]
  if (!key) return null
  const caller = await resolveApiKey(deps, key)
  if (!caller)
    throw new DomainError(
      'unauthenticated',
      'This API key is unknown or was revoked.',
      'Ask an owner of the workspace for a new one, or ask without a key.',
    )
  return (await resolveWorkspace(deps, caller, null)).workspaceId
}

/** GET /v1/models, in OpenAI's shape: the active deployments. */
export async function getModels(c: Context, deps: Deps): Promise<Response> {
  const data = (await listServedModels(deps)).map(toServedModel)
  return c.json({ object: 'list', data } satisfies ModelList)
}

/** GET /v1/models/{model}, in OpenAI's shape. @throws DomainError `not_found` */
export async function getModel(c: Context, deps: Deps): Promise<Response> {
  const slug = c.req.param('model')
  const found = (await listServedModels(deps)).find((each) => each.slug === slug)
  if (!found) throw new DomainError('not_found', `No model is deployed under the name "${slug}".`)
  return c.json(toServedModel(found))
}

function toServedModel({ slug, createdAt }: { slug: string; createdAt: Date }): ServedModel {
  return {
    id: slug,
    object: 'model',
    created: Math.floor(createdAt.getTime() / 1000),
    owned_by: 'palate',
  }
}
