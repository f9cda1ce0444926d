import { createServer, request } from 'node:http'
import { pipeline } from 'node:stream'
import { foreignError, isForeign } from '@palate/config/http/foreign-origin'
import { limitServer, serverOptions } from '@palate/config/http/server-limits'
import { refuse } from './error-response.mjs'
import { isEventStream, passEvents } from './event-stream.mjs'
import { inTurns } from './in-turns.mjs'
import { findPageProblem, openPageLimits } from './page-limits.mjs'
import { setSecurityHeaders } from './security-headers.mjs'
import { openUpstreams, socketAddress } from './upstreams.mjs'

/** @typedef {import('./upstreams.mjs').Upstream} Upstream */
/** @typedef {import('./upstreams.mjs').Upstreams} Upstreams */
/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:stream').Duplex} Duplex */

/**
 * @typedef {object} ReverseProxyOptions
 * @property {string | string[]} hubUrl one hub, or several behind the one origin
 * @property {string} [origin] the address that people use
 * @property {(incoming: IncomingMessage) => Promise<string | null>} [findSession] the id of the one that a cookie names
 * @property {readonly string[]} [trustedProxies] whose X-Forwarded-For is believed
 * @property {import('node:http').RequestListener} handlePage
 */

const hubPath = /^\/(socket\.io|v1|files)(?=[/?]|$)/

/**
 * The one origin: what belongs to the hub is passed on byte by byte, everything else goes to the page handler. Next's
 * own rewrites would keep a whole upload in memory, cut it at 10 MB, end an answer after 30 s of silence, and pass on
 * any address that a visitor claims. With several upstreams, one that does not answer is passed over. Every response gets
 * the security headers here, and what a page of another origin sends, or what is too much, is refused here.
 *
 * @param {ReverseProxyOptions} options
 * @returns {import('node:http').Server} not listening yet
 */
export function createReverseProxy({
  hubUrl,
  origin = '',
  findSession = async () => null,
  trustedProxies = [],
  handlePage,
}) {
  const upstreams = openUpstreams([hubUrl].flat())
  const limits = openPageLimits(trustedProxies, findSession)
  /** @type {import('node:http').RequestListener} */
  const showPage = async (incoming, response) => {
    const problem = findPageProblem(incoming) ?? (await limits.enter(incoming, response))
    if (problem) return refuse(incoming, response, problem)
    incoming.headers['x-forwarded-for'] = senders(incoming)
    handlePage(incoming, response)
  }
  const server = createServer(serverOptions, (incoming, response) => {
    if (incoming.socket.destroyed) return // cut for what came before on the same connection
    setSecurityHeaders(response, origin)
    if (isForeign(incoming, origin)) refuse(incoming, response, { status: 403, ...foreignError })
    else if (hubPath.test(incoming.url ?? ''))
      passOn(upstreams, upstreams.inOrder(incoming), incoming, response)
    else showPage(incoming, response)
  })
  const { refusedUpgrade } = limitServer(server, trustedProxies)
  server.on('upgrade', (incoming, socket, head) => {
    const refused = () => refusedUpgrade(incoming.socket)
    if (isForeign(incoming, origin)) refuseUpgrade(socket, '403 Forbidden')
    else if (hubPath.test(incoming.url ?? ''))
      passUpgrade(upstreams, upstreams.inOrder(incoming), { incoming, socket, head, refused })
    else refuseUpgrade(socket, '426 Upgrade Required') // no page has a socket
  })
  server.on('close', () => upstreams.close())
  return server
}

/** @param {Duplex} socket @param {string} status */
const refuseUpgrade = (socket, status) => socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`)

/**
 * A hub that takes no connection. One that cuts a connection may do so because of what a client sent.
 *
 * @param {NodeJS.ErrnoException} error
 */
const isAway = ({ syscall }) => syscall === 'connect'

/**
 * A request without a body can be repeated at the next hub; one with a body is repeated by its sender.
 *
 * @param {IncomingMessage} incoming
 */
const isRepeatable = ({ method }) => method === 'GET' || method === 'HEAD'

/** @param {IncomingMessage} incoming */
const hasBody = ({ headers }) =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/**
 * @param {Upstreams} upstreams
 * @param {[Upstream, ...Upstream[]]} candidates in the order in which they are tried
 * @param {IncomingMessage} incoming
 * @param {import('node:http').ServerResponse} response
 */
function passOn(upstreams, [hub, next, ...others], incoming, response) {
  let isStream = false
  const upstream = request(toHub(hub.url, incoming), (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    response.flushHeaders()
    if (isEventStream(answer)) {
      isStream = true
      passEvents(answer, response)
    } else pipeline(answer, response, () => undefined)
  })
  upstream.on('error', (error) => {
    if (isStream) return
    if (response.headersSent || response.destroyed) return response.destroy()
    if (isAway(error)) upstreams.down(hub)
    if (next && isRepeatable(incoming)) return passOn(upstreams, [next, ...others], incoming, response)
    response.writeHead(502, { 'content-type': 'application/json' }).end(unreachable)
    incoming.resume()
  })
  response.on('close', () => upstream.destroy())
  if (hasBody(incoming)) incoming.pipe(inTurns()).pipe(upstream)
  else upstream.end()
}

/**
 * @param {Upstreams} upstreams
 * @param {[Upstream, ...Upstream[]]} candidates in the order in which they are tried
 * @param {{ incoming: IncomingMessage, socket: Duplex, head: Buffer, refused: () => void }} client `refused` is called
 * when a hub refuses it
 */
function passUpgrade(upstreams, [hub, next, ...others], client) {
  const { incoming, socket, head, refused } = client
  const upstream = request(toHub(hub.url, incoming))
  const drop = () => socket.destroy()
  const giveUp = () => upstream.destroy()
  socket.once('close', giveUp)
  upstream.on('error', (error) => {
    if (socket.destroyed) return
    if (isAway(error)) upstreams.down(hub)
    if (!next) return drop()
    socket.off('close', giveUp)
    passUpgrade(upstreams, [next, ...others], client)
  })
  upstream.on('response', (answer) => {
    answer.resume()
    refused()
    refuseUpgrade(socket, `${answer.statusCode} ${answer.statusMessage}`)
  })
  upstream.on('upgrade', (answer, hubSocket, hubHead) => {
    const { rawHeaders, statusCode, statusMessage } = answer
    const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`]
    for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`)
    socket.off('close', giveUp)
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    hubSocket.write(head)
    socket.write(hubHead)
    hub.open += 1
    pipeline(socket, inTurns(), hubSocket, socket, () => {
      hub.open -= 1
    })
  })
  upstream.end()
}

/**
 * The same request at the hub, with the sender's address at the end of the chain, where the hub reads it.
 *
 * @param {URL} hub
 * @param {IncomingMessage} incoming
 */
function toHub(hub, incoming) {
  const { method, url, headers } = incoming
  const { expect: _answeredByUs, ...rest } = headers
  return {
    ...socketAddress(hub),
    method,
    path: url,
    headers: { ...rest, 'x-forwarded-for': senders(incoming), 'x-forwarded-host': headers.host ?? '' },
  }
}

/**
 * What a sender claims, and at its end the address that it really has.
 *
 * @param {IncomingMessage} incoming
 */
const senders = ({ headers, socket }) =>
  [headers['x-forwarded-for'], socket.remoteAddress].filter(Boolean).join(', ')

const unreachable = JSON.stringify({
  error: { code: 'unavailable', message: 'The hub does not answer.', remedy: 'Try again in a moment.' },
})
