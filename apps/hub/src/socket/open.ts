import type { Server as HttpServer } from 'node:http'
import { limits } from '@palate/config'
import { type AgentContext, type Deps, resolveAgent } from '@palate/core'
import { type Namespace, Server, type ServerOptions } from 'socket.io'
import type { Relay } from '../chat/relay'
import { admit, textOf } from './admit'
import { connectAgent } from './agent'
import { ConnectionLimits } from './connection-limits'
import { openLiveNamespace } from './live'

/** Both ends notice a connection that broke without a close within 25 s: queued work waits for it. */
const heartbeat = { pingInterval: 10_000, pingTimeout: 15_000 }

/**
 * @param trustedProxies whose X-Forwarded-For is believed
 * @param origin the address that people use
 * @param adapter connects the sockets of several hubs; without it there is only this one
 */
export function openSockets(
  http: HttpServer,
  deps: Deps,
  relay: Relay,
  {
    trustedProxies,
    origin,
    adapter,
  }: { trustedProxies: readonly string[]; origin: string; adapter?: ServerOptions['adapter'] },
): Server {
  const bounds = new ConnectionLimits(trustedProxies, origin)
  const io = new Server(http, {
    path: '/socket.io',
    // Of those that have not shown who they are; an agent's limit is raised then.
    maxHttpBufferSize: limits.socket.messageBytes,
    connectTimeout: limits.socket.authenticateSeconds * 1000,
    allowRequest: async (request, give) => {
      const problem = await bounds.findProblem(request)
      give(problem, problem === null)
    },
    serveClient: false,
    ...heartbeat,
    ...(adapter ? { adapter } : {}),
  })
  bounds.watch(io)
  openAgentNamespace(io.of('/agent'), deps, relay, bounds)
  const stopChecks = openLiveNamespace(io.of('/live'), deps, bounds)
  http.once('close', stopChecks)
  return io
}

/** Namespace /agent: an agent shows its credential, then sends the events of `agent.ts`. */
function openAgentNamespace(namespace: Namespace, deps: Deps, relay: Relay, bounds: ConnectionLimits): void {
  admit(namespace, deps.log, async (socket, { credential }) => {
    socket.data.agent = await resolveAgent(deps, textOf(credential))
    bounds.authenticated(socket)
    bounds.trust(socket)
  })
  namespace.on('connection', (socket) => connectAgent(socket, socket.data.agent as AgentContext, relay))
}
