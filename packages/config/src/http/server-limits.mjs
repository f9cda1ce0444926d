import { openBudget, openCounter } from './budget.mjs'
import { clientAddress, isTrusted } from './client-address.mjs'
import { limits } from './table.mjs'
import { watchBody, watchReader } from './watch.mjs'

/** @typedef {import('node:http').Server} Server */
/** @typedef {import('node:net').Socket} Socket */

const checkEveryMs = 2000
const { headerBytes, headerSeconds, requestsAhead, cutsPerMinute, refusedUpgradesPerMinute } =
  limits.connection

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
 * An address whose connections are cut again and again opens no more within the minute.
 *
 * @param {Server} server
 * @param {readonly string[]} trustedProxies
 * @param {{ perAddress: number, total: number, opensPerMinute: number }} [connectionLimits]
 * @returns {{ refusedUpgrade(socket: { remoteAddress?: string | undefined }): void }} to be called by who refuses one
 */
export function limitServer(
  server,
  trustedProxies,
  { perAddress, total, opensPerMinute } = limits.connection,
) {
  const connections = openCounter(perAddress)
  const opened = openBudget(opensPerMinute)
  /** @param {{ remoteAddress?: string | undefined }} socket @param {number} timesPerMinute that it takes to be out */
  const charge = (socket, timesPerMinute) => {
    if (isTrusted(socket.remoteAddress, trustedProxies)) return
    const address = clientAddress(socket.remoteAddress, undefined, [])
    void opened.take(address, Math.ceil(opensPerMinute / timesPerMinute))
  }
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
      if (!socket.destroyed) charge(socket, cutsPerMinute)
      return void socket.destroy()
    }
    response.once('close', () => countAhead(socket, -1))
    watchBody(incoming, response, () => charge(socket, cutsPerMinute))
    watchReader(response)
  })
  return { refusedUpgrade: (socket) => charge(socket, refusedUpgradesPerMinute) }
}
