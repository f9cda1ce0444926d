import { createRequire } from 'node:module'

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */

/** @type {typeof import('@palate/config').limits} */
const limits = createRequire(import.meta.url)('@palate/config/limits.json')
const { bodyBytes, bodySeconds, uploadIdleSeconds } = limits.request

const uploadPath = /^\/files\/(uploads|artifacts)(?=[/?]|$)/

/**
 * Why a page or a procedure does not take this body. Its length must be known before: Next would read it to its end.
 *
 * @param {IncomingMessage} incoming
 */
export function findBodyProblem({ headers }) {
  if (headers['transfer-encoding'] !== undefined)
    return answer(411, 'The length of this request is not known.', 'Send the header Content-Length.')
  if (Number(headers['content-length'] ?? 0) <= bodyBytes) return null
  return answer(
    413,
    `This request is longer than ${bodyBytes / 1024} KB.`,
    'Send less, or upload it as a dataset.',
  )
}

/** @param {number} status @param {string} message @param {string} remedy */
const answer = (status, message, remedy) => ({
  status,
  answer: JSON.stringify({ error: { code: 'invalid', message, remedy } }),
})

/**
 * Cuts a connection whose body does not arrive: in all within `bodySeconds`, of an upload some within
 * `uploadIdleSeconds`.
 *
 * @param {IncomingMessage} incoming
 * @param {{ bodyMs: number, idleMs: number }} [times]
 */
export function watchBody(
  incoming,
  { bodyMs, idleMs } = { bodyMs: bodySeconds * 1000, idleMs: uploadIdleSeconds * 1000 },
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
  )
  timer.unref()
  incoming.once('close', () => clearInterval(timer))
}
