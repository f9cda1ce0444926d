import { openBudget, openCounter } from './budget.mjs'
import { clientAddress, isTrusted } from './client-address.mjs'
import { openLine } from './line.mjs'
import { limits } from './table.mjs'
import { watchBody, watchReader } from './watch.mjs'

/** @typedef {import('node:http').Server} Server */
/** @typedef {import('node:net').Socket} Socket */

const checkEveryMs = 2000
const minuteMs = 60_000
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

/** Addresses that are served no more within the minute, not even on the connections that they hold. */
function openShutOut() {
  /** @type {Set<string>} */
  const addresses = new Set()
  return {
    /** @param {string} address */
    has: (address) => addresses.has(address),
    /** @param {string} address */
    add(address) {
      if (addresses.has(address)) return
      addresses.add(address)
      setTimeout(() => addresses.delete(address), minuteMs).unref()
    },
  }
}

/**
 * What a server takes before anyone knows who asks: so many connections of one address, bodies that arrive, and
 * responses that are read. A proxy of our own has any number of connections: those behind it are counted by request.
 * A flood is cut in its first second: all that a minute allows would else be served at once. An address whose
 * connections are cut again and again is served no more within the minute.
 *
 * @param {Server} server
 * @param {readonly string[]} trustedProxies
 * @param {{ perAddress: number, total: number, opensPerMinute: number, opensPerSecond: number }} [connectionLimits]
 * @returns {{ refusedUpgrade(socket: { remoteAddress?: string | undefined }): void }} to be called by who refuses one
 */
export function limitServer(
  server,
  trustedProxies,
  { perAddress, total, opensPerMinute, opensPerSecond } = limits.connection,
) {
  const connections = openCounter(perAddress)
  const opened = openBudget(opensPerMinute)
  const shutOut = openShutOut()
  const openedNow = openBudget(opensPerSecond, 1)
  /** @param {{ remoteAddress?: string | undefined }} socket @param {number} timesPerMinute that it takes to be out */
  const charge = (socket, timesPerMinute) => {
    if (isTrusted(socket.remoteAddress, trustedProxies)) return
    const address = clientAddress(socket.remoteAddress, undefined, [])
    void opened.take(address, Math.ceil(opensPerMinute / timesPerMinute)).then((isLeft) => {
      if (!isLeft) shutOut.add(address)
    })
  }
  server.maxConnections = total
  const line = openLine(server)
  server.on('connection', (/** @type {Socket} */ socket) => {
    if (isTrusted(socket.remoteAddress, trustedProxies)) return line.serve(socket)
    const address = addressOf(socket)
    if (shutOut.has(address) || !connections.hasRoom(address)) return void socket.destroy()
    socket.once('close', connections.enter(address))
    void Promise.all([opened.take(address), openedNow.take(address)]).then((haveRoom) => {
      if (!haveRoom.every(Boolean)) return void socket.destroy()
      line.enter(socket, () => !shutOut.has(address))
    })
  })
  // Node leaves a socket that asks for an upgrade without a listener: a client that is gone would end the process.
  server.prependListener('upgrade', (_incoming, socket) => void socket.on('error', () => socket.destroy()))
  server.prependListener('request', (incoming, response) => {
    const { socket } = incoming
    if (shutOut.has(addressOf(socket))) return void socket.destroy()
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
