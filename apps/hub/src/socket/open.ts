import type { Server as HttpServer } from 'node:http'
import { type AgentContext, type Deps, resolveAgent } from '@palate/core'
import { type Namespace, Server, type ServerOptions } from 'socket.io'
import type { Relay } from '../chat/relay'
import { admit, textOf } from './admit'
import { connectAgent } from './agent'
import { openLiveNamespace } from './live'

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
  const stopChecks = openLiveNamespace(io.of('/live'), deps)
  http.once('close', stopChecks)
  return io
}

/** Namespace /agent: an agent shows its credential, then sends the events of `agent.ts`. */
function openAgentNamespace(namespace: Namespace, deps: Deps, relay: Relay): void {
  admit(namespace, deps.log, async (socket, { credential }) => {
    socket.data.agent = await resolveAgent(deps, textOf(credential))
  })
  namespace.on('connection', (socket) => connectAgent(socket, socket.data.agent as AgentContext, relay))
}
