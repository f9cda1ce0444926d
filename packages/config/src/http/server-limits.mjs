import { openBudget, openCounter } from './budget.mjs'
import { clientAddress, isTrusted } from './client-address.mjs'
import { limits } from './table.mjs'
import { watchBody, watchReader } from './watch.mjs'

/** @typedef {import('node:http').Server} Server */
/** @typedef {import('node:net').Socket} Socket */

const checkEveryMs = 2000
const { headerBytes, headerSeconds, requestsAhead } = limits.connection

/** What Node itself enforces, for `createServer`: the size of headers, and the time that they may take. */
export const serverOptions = {
  maxHeaderSize: headerBytes,
  headersTimeout: headerSeconds * 1000,
  connectionsCheckingInterval: checkEveryMs,
  requestTimeout: 0, // a large upload may take its time; `watchBody` knows which is one
}

/**
 * Requests of a connection that have no answer yet. Browsers and proxies wait for each; who sends thousands ahead would
 * have them all read at once.
 *
 * @type {WeakMap<Socket, number>}
 */
const ahead = new WeakMap()

/** An address whose connections are cut so often for it opens no more within the minute. */
const cutsPerMinute = 20

/** @param {Socket} socket */
const addressOf = (socket) => clientAddress(socket.remoteAddress, undefined, [])

/** @param {Socket} socket @param {number} step */
function countAhead(socket, step) {
  const count = (ahead.get(socket) ?? 0) + step
  ahead.set(socket, count)
  return count
}

/**
 * What a server takes before anyone knows who asks: so many connections of one address, bodies that arrive, and
 * responses that are read. A proxy of our own has any number of connections: those behind it are counted by request.
 *
 * @param {Server} server
 * @param {readonly string[]} trustedProxies
 * @param {{ perAddress: number, total: number, opensPerMinute: number }} [connectionLimits]
 */
export function limitServer(
  server,
  trustedProxies,
  { perAddress, total, opensPerMinute } = limits.connection,
) {
  const connections = openCounter(perAddress)
  const opened = openBudget(opensPerMinute)
  server.maxConnections = total
  server.on('connection', (/** @type {Socket} */ socket) => {
    if (isTrusted(socket.remoteAddress, trustedProxies)) return
    const address = addressOf(socket)
    if (!connections.hasRoom(address)) return void socket.destroy()
    socket.once('close', connections.enter(address))
    void opened.take(address).then((isLeft) => isLeft || socket.destroy())
  })
  // Node leaves a socket that asks for an upgrade without a listener: a client that is gone would end the process.
  server.prependListener('upgrade', (_incoming, socket) => void socket.on('error', () => socket.destroy()))
  server.prependListener('request', (incoming, response) => {
    const { socket } = incoming
    if (countAhead(socket, 1) > requestsAhead) {
      // Once for a connection: to read what was sent ahead costs more than to refuse the next one.
      if (!socket.destroyed && !isTrusted(socket.remoteAddress, trustedProxies))
        void opened.take(addressOf(socket), Math.ceil(opensPerMinute / cutsPerMinute))
      return void socket.destroy()
    }
    response.once('close', () => countAhead(socket, -1))
    watchBody(incoming, response)
    watchReader(response)
  })
}
