import { randomUUID } from 'node:crypto'
import { type AgentContext, DomainError } from '@palate/core'
import {
  AgentError,
  type ChatMessage,
  type Sampling,
  type ServeEnd,
  type ServeModel,
  type ServeToken,
} from '@palate/protocol'
import type { Socket } from 'socket.io'
import { TokenQueue } from './token-queue'

const acceptMs = 15_000
/** The agent may have to download the weights before the first token. */
const silenceMs = 120_000
const cancelMs = 3_000

interface Server {
  socket: Socket
  agent: AgentContext
  serving: boolean
}

export interface Answer {
  tokens: AsyncIterable<string>
  /** Settles when the agent has ended the answer, for whatever reason. Never rejects. */
  ended: Promise<ServeEnd>
  cancel(): void
}

interface Open {
  agentId: string
  queue: TokenQueue
  finish(end: Partial<ServeEnd>): void
}

/** Passes answers from the agents connected to this hub to the visitors who asked. Keeps nothing that must survive. */
export class Relay {
  readonly #servers = new Map<string, Server>()
  readonly #open = new Map<string, Open>()

  /** @param answersPerAgent answers in progress at one agent, a limit that no visitor id can get around */
  constructor(private readonly answersPerAgent: number) {}

  /** Set once by who wants to know that an agent connected. */
  onJoin: (workspaceId: string) => void = () => undefined

  /** Called after an agent's hello; a newer socket of the same agent replaces the older one. */
  join(socket: Socket, agent: AgentContext, serving: boolean): void {
    const before = this.#servers.get(agent.agentId)
    this.#servers.set(agent.agentId, { socket, agent, serving })
    if (before && before.socket !== socket) before.socket.disconnect(true)
    if (serving) this.onJoin(agent.workspaceId)
  }

  /** @returns false when a newer socket of the agent has taken over, so that it is not offline */
  leave(socket: Socket, agentId: string): boolean {
    if (this.#servers.get(agentId)?.socket !== socket) return false
    this.#servers.delete(agentId)
    for (const open of this.#open.values())
      if (open.agentId === agentId) open.finish({ finishReason: 'error', error: 'The agent disconnected.' })
    return true
  }

  connected(): Server[] {
    return [...this.#servers.values()]
  }

  /**
   * The agent of the workspace that serves models and has the fewest answers in progress.
   *
   * @throws DomainError `unavailable` when no agent is connected here, or all are at their limit
   */
  pick(workspaceId: string): Server {
    const server = this.find(workspaceId)
    if (!server)
      throw new DomainError(
        'unavailable',
        'No agent is connected that can answer.',
        'Start an agent that serves models, then ask again.',
      )
    if (this.#load(server) >= this.answersPerAgent)
      throw new DomainError(
        'unavailable',
        'The agents are answering as many requests as they can.',
        'Try again in a moment.',
      )
    return server
  }

  /** The same, however busy it is; null when none is connected here. */
  find(workspaceId: string): Server | null {
    const serving = this.connected().filter((each) => each.serving && each.agent.workspaceId === workspaceId)
    return serving.sort((a, b) => this.#load(a) - this.#load(b))[0] ?? null
  }

  #load({ agent }: Server): number {
    return [...this.#open.values()].filter((open) => open.agentId === agent.agentId).length
  }

  /** @throws DomainError `unavailable` with the agent's reason when it does not accept the request */
  async start(
    server: Server,
    request: { model: ServeModel; messages: ChatMessage[]; sampling: Sampling; stop: string[] },
  ): Promise<Answer> {
    const requestId = randomUUID()
    const queue = new TokenQueue()
    const started = Date.now()
    let resolve: (end: ServeEnd) => void = () => undefined
    const ended = new Promise<ServeEnd>((done) => {
      resolve = done
    })
    const finish = (end: Partial<ServeEnd>) => {
      clearTimeout(silence)
      this.#open.delete(requestId)
      queue.close()
      const nothing = { promptTokens: 0, completionTokens: queue.count, error: null }
      resolve({ requestId, finishReason: 'stop', ...nothing, durationMs: Date.now() - started, ...end })
    }
    const silence = setTimeout(() => {
      server.socket.emit('serve-cancel', { requestId })
      finish({ finishReason: 'error', error: 'The agent sent nothing for two minutes.' })
    }, silenceMs)
    queue.onPush = () => void silence.refresh()
    this.#open.set(requestId, { agentId: server.agent.agentId, queue, finish })
    try {
      await this.#send(server, { requestId, ...request })
    } catch (error) {
      finish({ finishReason: 'error', error: 'not accepted' })
      throw error
    }
    const cancel = () => {
      if (!this.#open.has(requestId)) return
      server.socket.emit('serve-cancel', { requestId })
      setTimeout(() => finish({ finishReason: 'canceled' }), cancelMs).unref()
    }
    return { tokens: queue, ended, cancel }
  }

  /** Ends every answer before the hub stops, so that no visitor keeps waiting. */
  async close(): Promise<void> {
    for (const [requestId, open] of this.#open) {
      this.#servers.get(open.agentId)?.socket.emit('serve-cancel', { requestId })
      open.finish({ finishReason: 'error', error: 'The hub is restarting.' })
    }
    await new Promise((resolve) => setImmediate(resolve)) // the open responses send the error to their visitors first
  }

  onToken(agentId: string, { requestId, text }: ServeToken): void {
    const open = this.#open.get(requestId)
    if (open?.agentId === agentId) open.queue.push(text)
  }

  onEnd(agentId: string, end: ServeEnd): void {
    const open = this.#open.get(end.requestId)
    if (open?.agentId === agentId) open.finish(end)
  }

  async #send({ socket }: Server, request: object): Promise<void> {
    const reply: unknown = await socket
      .timeout(acceptMs)
      .emitWithAck('serve-start', request)
      .catch(() => {
        throw new DomainError('unavailable', 'The agent does not answer.', 'Try again in a moment.')
      })
    const failure = AgentError.safeParse(reply)
    if (failure.success)
      throw new DomainError('unavailable', failure.data.error.message, 'Try again in a moment.')
  }
}
