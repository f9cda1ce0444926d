import { randomUUID } from 'node:crypto'
import {
  type Deps,
  DomainError,
  getServing,
  type PreparedChat,
  prepareChat,
  type Serving,
  storeTurn,
} from '@palate/core'
import type {
  ChatCompletionRequest,
  ChatMessage,
  LeaseInput,
  Sampling,
  ServeEnd,
  ServeModel,
} from '@palate/protocol'
import type { Relay } from './relay'

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

const serveSeconds = 600

/**
 * Finds the model, builds the prompt, chooses an agent and starts the answer.
 *
 * @throws DomainError `not_found` without such a deployment, `unavailable` when no agent answers
 */
export async function openTurn(
  { deps, relay }: { deps: Deps; relay: Relay },
  request: ChatCompletionRequest,
): Promise<Turn> {
  const { serving, messages, kept } = await prepare(deps, request)
  const server = relay.pick(serving.workspaceId)
  const sampling = samplingOf(request)
  const model = await toServeModel(deps, server.agent.agentId, serving)
  const { tokens, ended, cancel } = await relay.start(server, { model, messages, sampling })
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
  { model: slug, palate, messages }: ChatCompletionRequest,
): Promise<{ serving: Serving; messages: ChatMessage[]; kept: Kept | null }> {
  if (palate) {
    const { visitorId, persona, inventory, request } = palate
    const chat = await prepareChat(deps, { slug, persona, inventory, request })
    return { serving: chat, messages: chat.messages, kept: { chat, visitorId } }
  }
  if (messages) return { serving: await getServing(deps, slug), messages, kept: null }
  throw new DomainError(
    'invalid',
    'The request has neither messages nor palate.',
    'Send messages as OpenAI has them.',
  )
}

function samplingOf(request: ChatCompletionRequest): Sampling {
  const { temperature, top_p: topP, max_tokens: maxTokens, seed } = request
  return { temperature, topP, maxTokens, ...(seed === undefined ? {} : { seed }) }
}

/** The ticket allows this agent to fetch these weights and no others, for as long as the download may take. */
async function toServeModel(
  deps: Deps,
  agentId: string,
  { workspaceId, model }: Serving,
): Promise<ServeModel> {
  const { modelVersionId, base, adapter } = model
  const objects = [base, ...(adapter ? [adapter] : [])].map(({ sha256 }) => sha256)
  return {
    modelVersionId,
    base: toInput(base),
    adapter: adapter && toInput(adapter),
    token: await deps.tickets.sign('serve', { workspaceId, agentId, objects }, serveSeconds),
  }
}

function toInput({ name, sizeBytes, sha256 }: Serving['model']['base']): LeaseInput {
  return { name, sizeBytes, sha256, path: `/files/objects/${sha256}` }
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
