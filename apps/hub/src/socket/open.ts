import type { Server as HttpServer } from 'node:http'
import { type AgentContext, type Deps, type Logger, resolveAgent } from '@palate/core'
import { type Namespace, Server, type ServerOptions, type Socket } from 'socket.io'
import type { Relay } from '../chat/relay'
import { toErrorResponse } from '../error-response'
import { connectAgent } from './agent'

/** Both ends notice a connection that broke without a close within 25 s: queued work waits for it. */
const heartbeat = { pingInterval: 10_000, pingTimeout: 15_000 }

/** Room for a chunk of a thousand events with long generations; a longer message closes the connection. */
const maxMessageBytes = 32 * 1024 * 1024

/** @param adapter connects the sockets of several hubs; without it there is only this one */
export function openSockets(
  http: HttpServer,
  deps: Deps,
  relay: Relay,
  adapter?: ServerOptions['adapter'],
): Server {
  const io = new Server(http, {
    path: '/socket.io',
    maxHttpBufferSize: maxMessageBytes,
    serveClient: false,
    ...heartbeat,
    ...(adapter ? { adapter } : {}),
  })
  openAgentNamespace(io.of('/agent'), deps, relay)
  openLiveNamespace(io.of('/live'), deps)
  return io
}

/** Namespace /agent: an agent shows its credential, then sends the events of `agent.ts`. */
function openAgentNamespace(namespace: Namespace, deps: Deps, relay: Relay): void {
  admit(namespace, deps.log, async (socket, { credential }) => {
    socket.data.agent = await resolveAgent(deps, textOf(credential))
  })
  namespace.on('connection', (socket) => connectAgent(socket, socket.data.agent as AgentContext, relay))
}

/** Namespace /live: browsers, each in the room of the workspace that its ticket names. They only listen. */
function openLiveNamespace(namespace: Namespace, deps: Deps): void {
  admit(namespace, deps.log, async (socket, { ticket }) => {
    const { workspaceId } = await deps.tickets.verify('live', textOf(ticket))
    await socket.join(workspaceId)
  })
}

/** Authenticates each connection. A refused client gets `connect_error` with a sentence, and code and remedy in `data`. */
function admit(
  namespace: Namespace,
  log: Logger,
  authenticate: (socket: Socket, auth: Record<string, unknown>) => Promise<void>,
): void {
  namespace.use(async (socket, next) => {
    try {
      await authenticate(socket, socket.handshake.auth)
      next()
    } catch (error) {
      const data = toErrorResponse(error, log, namespace.name)
      const sentence = [data.message, data.remedy].filter(Boolean).join(' ')
      next(Object.assign(new Error(sentence), { data }))
    }
  })
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
