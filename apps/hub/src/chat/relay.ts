import { randomUUID } from 'node:crypto'
import { type AgentContext, DomainError, type Logger } from '@palate/core'
import {
  AgentError,
  type ChatMessage,
  type Sampling,
  ServeEnd,
  type ServeModel,
  ServeToken,
} from '@palate/protocol'
import type { Socket } from 'socket.io'
import { TokenQueue } from './token-queue'

const acceptMs = 15_000
/** Loading weights that the agent must fetch first takes a while; between tokens nothing does. */
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

/** Brings answers from the agents connected to this hub to whoever asked. Holds no state of record. */
export class Relay {
  readonly #servers = new Map<string, Server>()
  readonly #open = new Map<string, Open>()

  /** @param answersPerAgent answers under way at one agent; whatever its visitors call themselves, it is not flooded */
  constructor(
    private readonly log: Logger,
    private readonly answersPerAgent: number,
  ) {}

  /** An agent said hello; a newer socket of the same agent takes the older one's place. */
  join(socket: Socket, agent: AgentContext, serving: boolean): void {
    const before = this.#servers.get(agent.agentId)
    this.#servers.set(agent.agentId, { socket, agent, serving })
    if (before && before.socket !== socket) before.socket.disconnect(true)
  }

  /** @returns false when a newer socket of the agent has taken over, so that it is not offline */
  leave(socket: Socket, agentId: string): boolean {
    if (this.#servers.get(agentId)?.socket !== socket) return false
    this.#servers.delete(agentId)
    for (const open of this.#open.values())
      if (open.agentId === agentId) open.finish({ finishReason: 'error', error: 'The agent went away.' })
    return true
  }

  connected(): Server[] {
    return [...this.#servers.values()]
  }

  /**
   * The agent of the workspace that serves models and has least to do.
   *
   * @throws DomainError `unavailable` when none is connected here, or all have their hands full
   */
  pick(workspaceId: string): Server {
    const serving = this.connected().filter((each) => each.serving && each.agent.workspaceId === workspaceId)
    const load = ({ agent }: Server) =>
      [...this.#open.values()].filter((open) => open.agentId === agent.agentId).length
    const [server] = serving.sort((a, b) => load(a) - load(b))
    if (!server)
      throw new DomainError(
        'unavailable',
        'No agent is there to answer right now.',
        'Start an agent that serves models, then ask again.',
      )
    if (load(server) >= this.answersPerAgent)
      throw new DomainError('unavailable', 'Too many people are asking right now.', 'Try again in a moment.')
    return server
  }

  /** @throws DomainError `unavailable` with the agent's reason when it does not take the order */
  async start(
    server: Server,
    order: { model: ServeModel; messages: ChatMessage[]; sampling: Sampling },
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
      finish({ finishReason: 'error', error: 'The agent fell silent.' })
    }, silenceMs)
    queue.onPush = () => void silence.refresh()
    this.#open.set(requestId, { agentId: server.agent.agentId, queue, finish })
    try {
      await this.#order(server, { requestId, ...order })
    } catch (error) {
      finish({ finishReason: 'error', error: 'refused' })
      throw error
    }
    const cancel = () => {
      if (!this.#open.has(requestId)) return
      server.socket.emit('serve-cancel', { requestId })
      setTimeout(() => finish({ finishReason: 'canceled' }), cancelMs).unref()
    }
    return { tokens: queue, ended, cancel }
  }

  /** Ends every answer, so that nobody waits for one who goes. */
  async close(): Promise<void> {
    for (const [requestId, open] of this.#open) {
      this.#servers.get(open.agentId)?.socket.emit('serve-cancel', { requestId })
      open.finish({ finishReason: 'error', error: 'The hub is being restarted.' })
    }
    await new Promise((resolve) => setImmediate(resolve)) // their readers say so to the visitors first
  }

  onToken(agentId: string, raw: unknown): void {
    const token = ServeToken.safeParse(raw)
    if (!token.success) return
    const open = this.#open.get(token.data.requestId)
    if (open?.agentId === agentId) open.queue.push(token.data.text)
  }

  onEnd(agentId: string, raw: unknown): void {
    const end = ServeEnd.safeParse(raw)
    if (!end.success) {
      this.log.warn({ agentId, issues: end.error.issues }, 'serve-end not understood')
      return
    }
    const open = this.#open.get(end.data.requestId)
    if (open?.agentId === agentId) open.finish(end.data)
  }

  async #order({ socket }: Server, order: object): Promise<void> {
    const reply: unknown = await socket
      .timeout(acceptMs)
      .emitWithAck('serve-start', order)
      .catch(() => {
        throw new DomainError('unavailable', 'The agent does not answer.', 'Try again in a moment.')
      })
    const refused = AgentError.safeParse(reply)
    if (refused.success)
      throw new DomainError('unavailable', refused.data.error.message, 'Try again in a moment.')
  }
}
