import type { IncomingMessage, RequestListener, Server } from 'node:http'
import type { Duplex } from 'node:stream'

export function createReverseProxy(options: {
  /** One hub, or several behind the one origin. */
  hubUrl: string | string[]
  handlePage: RequestListener
  handlePageUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}): Server
