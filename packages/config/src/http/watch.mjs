import { limits } from './table.mjs'

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */

const { bodyBytes, bodySeconds, uploadIdleSeconds, refusedBodySeconds } = limits.request
const uploadPath = /^\/files\/(uploads|artifacts)(?=[/?]|$)/

const bodyTimes = {
  bodyMs: bodySeconds * 1000,
  idleMs: uploadIdleSeconds * 1000,
  refusedMs: refusedBodySeconds * 1000,
}

/**
 * Cuts a connection whose body does not arrive: in all within `bodySeconds`, of an upload some within
 * `uploadIdleSeconds`, and soon where the answer is written already.
 *
 * @param {IncomingMessage} incoming
 * @param {ServerResponse} response
 * @param {() => void} [onCut] the body was larger than any route takes, and the connection is cut
 */
export function watchBody(
  incoming,
  response,
  onCut = () => undefined,
  { bodyMs, idleMs, refusedMs } = bodyTimes,
) {
  const { socket } = incoming
  const isUpload = uploadPath.test(incoming.url ?? '')
  let seen = socket.bytesRead
  const timer = setInterval(
    () => {
      const isWaiting = !incoming.complete && !socket.destroyed
      if (isWaiting && (!isUpload || socket.bytesRead === seen) && !incoming.isPaused()) socket.destroy()
      if (!isWaiting || socket.destroyed) clearInterval(timer)
      seen = socket.bytesRead
    },
    isUpload ? idleMs : bodyMs,
  ).unref()
  incoming.once('close', () => clearInterval(timer))
  response.once('finish', () => {
    if (incoming.complete) return
    // No route but an upload takes more than this: nobody who means well is still sending it.
    if (!isUpload && Number(incoming.headers['content-length'] ?? 0) > bodyBytes) {
      onCut()
      return socket.destroySoon()
    }
    const cut = setTimeout(() => incoming.complete || socket.destroy(), refusedMs).unref()
    socket.once('close', () => clearTimeout(cut))
  })
}

/**
 * Cuts a connection that takes nothing of a response that waits for it. A stream that has nothing to say may be silent.
 *
 * @param {ServerResponse} response
 */
export function watchReader(response, unreadMs = limits.connection.unreadSeconds * 1000) {
  const { socket } = response
  if (!socket) return
  const read = () => socket.bytesWritten - socket.writableLength
  let seen = read()
  const timer = setInterval(() => {
    if (socket.writableLength > 0 && read() === seen) socket.destroy()
    seen = read()
  }, unreadMs).unref()
  response.once('close', () => clearInterval(timer))
}
