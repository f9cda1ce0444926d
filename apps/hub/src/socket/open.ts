import type { Server as HttpServer } from 'node:http'
import type { Deps } from '@palate/core'
import { Server, type ServerOptions } from 'socket.io'
import type { Relay } from '../chat/relay'
import { openAgentNamespace } from './agents'
import { openLiveNamespace } from './live'

/** A line that died without a word is noticed by both ends within 25 s: work waits for it, and a lease runs on. */
const heartbeat = { pingInterval: 10_000, pingTimeout: 15_000 }

/** A thousand events with long generations in them; what is longer closes the connection. */
const maxMessageBytes = 32 * 1024 * 1024

/** @param adapter joins the sockets of several hubs; where it is absent there is only this one */
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
