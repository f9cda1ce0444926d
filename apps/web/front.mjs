import { createServer, request } from 'node:http'
import { pipeline } from 'node:stream'

const hubPath = /^\/(socket\.io|v1|files)(?=[/?]|$)/

/**
 * The one origin: what belongs to the hub is passed on byte by byte, all else is the page handler's. Next's own
 * rewrites would keep a whole upload in memory, cut it at 10 MB, end an answer after 30 s of silence, and pass on
 * whatever address a visitor claims to have.
 *
 * @param {{ hubUrl: string, handlePage: import('node:http').RequestListener, handlePageUpgrade: (request: import('node:http').IncomingMessage, socket: import('node:stream').Duplex, head: Buffer) => void }} options
 * @returns {import('node:http').Server} not listening yet
 */
export function createFront({ hubUrl, handlePage, handlePageUpgrade }) {
  const hub = new URL(hubUrl)
  const server = createServer((incoming, response) => {
    if (hubPath.test(incoming.url ?? '')) passOn(hub, incoming, response)
    else handlePage(incoming, response)
  })
  server.requestTimeout = 0 // a large upload may take its time
  server.on('upgrade', (incoming, socket, head) => {
    if (hubPath.test(incoming.url ?? '')) passUpgrade(hub, incoming, socket, head)
    else handlePageUpgrade(incoming, socket, head)
  })
  return server
}

function passOn(hub, incoming, response) {
  const upstream = request(toHub(hub, incoming), (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    response.flushHeaders()
    pipeline(answer, response, () => undefined)
  })
  upstream.on('error', () => {
    if (response.headersSent) return response.destroy()
    response.writeHead(502, { 'content-type': 'application/json' }).end(unreachable)
    incoming.resume()
  })
  response.on('close', () => upstream.destroy())
  incoming.pipe(upstream)
}

function passUpgrade(hub, incoming, socket, head) {
  const upstream = request(toHub(hub, incoming))
  const drop = () => socket.destroy()
  socket.on('error', () => upstream.destroy())
  upstream.on('error', drop)
  upstream.on('response', drop)
  upstream.on('upgrade', (answer, hubSocket, hubHead) => {
    const { rawHeaders, statusCode, statusMessage } = answer
    const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`]
    for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`)
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    hubSocket.write(head)
    socket.write(hubHead)
    pipeline(socket, hubSocket, socket, () => undefined)
  })
  upstream.end()
}

/** The same request at the hub, with the address that we see at the end of the chain, where the hub looks for it. */
function toHub(hub, { method, url, headers, socket }) {
  const { expect: _answeredByUs, ...rest } = headers
  const chain = [headers['x-forwarded-for'], socket.remoteAddress].filter(Boolean).join(', ')
  return {
    host: hub.hostname,
    port: hub.port,
    method,
    path: url,
    headers: { ...rest, 'x-forwarded-for': chain, 'x-forwarded-host': headers.host ?? '' },
  }
}

const unreachable = JSON.stringify({
  error: { code: 'unavailable', message: 'The hub does not answer.', remedy: 'Try again in a moment.' },
})
