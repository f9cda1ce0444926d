import { limits } from './table.mjs'
import { nextTurn } from './turn.mjs'

/** @typedef {import('node:http').Server} Server */
/** @typedef {import('node:net').Socket} Socket */

const headerMs = limits.connection.headerSeconds * 1000

/**
 * Takes over when a server begins to read its connections. Node parses all that has arrived on all of them within one
 * turn of the event loop: hundreds of clients that send hundreds of requests each hold up everybody else for hundreds
 * of milliseconds. A connection in the line begins when its first bytes are there and its turn has come, one in each
 * turn; what it sends until then stays unparsed.
 *
 * @param {Server} server
 */
export function openLine(server) {
  const [begin] = server.listeners('connection') // Node's own, which begins to parse
  if (!begin) throw new Error('An HTTP server without its own listener of connections cannot be limited.')
  server.removeAllListeners('connection')
  /** @param {Socket} socket */
  const serve = (socket) => void begin.call(server, socket)
  const silent = closedWith(server)
  /** @type {(() => void)[]} */
  const waiting = []
  const next = () => {
    waiting.shift()?.()
    if (waiting.length > 0) nextTurn(next)
  }
  return {
    serve,
    /** @param {Socket} socket @param {() => boolean} isWelcome asked when its turn has come */
    enter(socket, isWelcome) {
      silent.add(socket)
      socket.once('close', () => silent.delete(socket))
      socket.on('error', () => socket.destroy())
      socket.setTimeout(headerMs, () => socket.destroy())
      const take = () => {
        silent.delete(socket)
        if (!isWelcome()) return void socket.destroy()
        socket.setTimeout(0).removeAllListeners('timeout')
        if (!socket.destroyed) serve(socket)
      }
      socket.once('readable', () => {
        if (waiting.push(take) === 1) nextTurn(next)
      })
    },
  }
}

/**
 * Connections that the server does not know of yet, and which it would wait for when it closes.
 *
 * @param {Server} server
 */
function closedWith(server) {
  /** @type {Set<Socket>} */
  const sockets = new Set()
  const { closeIdleConnections } = server
  server.closeIdleConnections = () => {
    for (const socket of sockets) socket.destroy()
    closeIdleConnections.call(server)
  }
  return sockets
}
