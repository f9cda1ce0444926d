import type { Server as HttpServer } from 'node:http'
import type { Deps } from '@palate/core'
import { Server } from 'socket.io'
import type { Relay } from '../chat/relay'
import { openAgentNamespace } from './agents'
import { openLiveNamespace } from './live'

/** A thousand events with long generations in them; what is longer closes the connection. */
const maxMessageBytes = 32 * 1024 * 1024

export function openSockets(http: HttpServer, deps: Deps, relay: Relay): Server {
  const io = new Server(http, { path: '/socket.io', maxHttpBufferSize: maxMessageBytes, serveClient: false })
  openAgentNamespace(io.of('/agent'), deps, relay)
  openLiveNamespace(io.of('/live'), deps)
  return io
}
