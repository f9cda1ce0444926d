import { randomUUID } from 'node:crypto'
import { type Deps, getServing, type PreparedChat, prepareChat, type Serving, storeTurn } from '@palate/core'
import type { ChatCompletionRequest, ChatMessage, Sampling, ServeEnd } from '@palate/protocol'
import { ApiError } from './api-error'
import { samplingOf, stopOf } from './parameters'
import type { Relay } from './relay'
import { toServeModel } from './serve-model'

export interface Turn {
  id: string
  /** The id of the stored turn; null for a request without a persona, whose answer is not stored. */
  turnId: string | null
  model: string
  createdSeconds: number
  tokens: AsyncIterable<string>
  ended: Promise<ServeEnd>
  cancel(): void
  /** Stores the turn as it ended, also when the visitor stopped it. A turn that failed without any text is not stored. */
  store(text: string, end: ServeEnd): Promise<void>
}

/**
 * Finds the model, builds the prompt, chooses an agent and starts the answer.
 *
 * @throws DomainError `not_found` without such a deployment, `unavailable` when no agent answers
 */
export async function openTurn(
  { deps, relay }: { deps: Deps; relay: Relay },
  request: ChatCompletionRequest,
  /** The workspace of the caller's API key. */
  keyWorkspaceId: string | null,
): Promise<Turn> {
  const { serving, messages, kept } = await prepare(deps, request, keyWorkspaceId)
  const server = relay.pick(serving.workspaceId)
  const sampling = samplingOf(request)
  const model = await toServeModel(deps, server.agent.agentId, serving)
  const { tokens, ended, cancel } = await relay.start(server, {
    ...{ model, messages, sampling },
    stop: stopOf(request),
  })
  return {
    id: kept?.chat.turnId ?? `chatcmpl-${randomUUID()}`,
    turnId: kept?.chat.turnId ?? null,
    model: request.model,
    createdSeconds: Math.floor(Date.now() / 1000),
    ...{ tokens, ended, cancel },
    async store(text, end) {
      if (!kept || (text === '' && end.finishReason === 'error')) return
      await keep(deps, kept, sampling, text, end)
    },
  }
}

interface Kept {
  chat: PreparedChat
  visitorId: string
}

async function prepare(
  deps: Deps,
  { model: slug, palate, messages = [] }: ChatCompletionRequest,
  keyWorkspaceId: string | null,
): Promise<{ serving: Serving; messages: ChatMessage[]; kept: Kept | null }> {
  if (palate) {
    const { visitorId, persona, inventory, request } = palate
    const chat = await prepareChat(deps, { slug, persona, inventory, request })
    return { serving: chat, messages: chat.messages, kept: { chat, visitorId } }
  }
  const serving = await getServing(deps, slug)
  if (serving.workspaceId !== keyWorkspaceId) refuseSystemMessages(messages)
  return { serving, messages, kept: null }
}

/** A stranger must not change what a public deployment is: its system prompts are those of its personas. */
function refuseSystemMessages(messages: readonly ChatMessage[]): void {
  const index = messages.findIndex(({ role }) => role === 'system')
  if (index >= 0)
    throw new ApiError(
      'forbidden',
      'This deployment keeps its own system prompts: a message of role system or developer needs an API key of its workspace.',
      'Send the API key, put the text into a user message, or choose a persona with `palate`.',
      { param: `messages[${index}].role`, code: 'system_message_refused' },
    )
}

async function keep(
  deps: Deps,
  { chat, visitorId }: Kept,
  sampling: Sampling,
  text: string,
  { finishReason, completionTokens, durationMs }: ServeEnd,
): Promise<void> {
  const { turnId, workspaceId, personaVersionId, inventory, request } = chat
  await storeTurn(deps, {
    ...{ turnId, workspaceId, personaVersionId, inventory, request, visitorId, sampling, text },
    deploymentId: chat.deployment.id,
    modelVersionId: chat.model.modelVersionId,
    ...{ finishReason, completionTokens, durationMs },
  })
}
