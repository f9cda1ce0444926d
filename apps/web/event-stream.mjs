/** @param {import('node:http').IncomingMessage} answer */
export const isEventStream = ({ headers }) => /^text\/event-stream/.test(headers['content-type'] ?? '')

/**
 * Passes on a hub's stream of events. When the hub ends in the middle of it, an error event says so: a stream that only
 * stops looks like a complete answer. The beginning of an event whose rest is lost is not passed on.
 *
 * @param {import('node:http').IncomingMessage} answer
 * @param {import('node:http').ServerResponse} response
 */
export function passEvents(answer, response) {
  let held = Buffer.alloc(0)
  answer.on('data', (/** @type {Buffer} */ chunk) => {
    const bytes = Buffer.concat([held, chunk])
    const last = bytes.lastIndexOf('\n\n')
    const end = last < 0 ? 0 : last + 2
    held = bytes.subarray(end)
    if (end > 0 && !response.write(bytes.subarray(0, end))) {
      answer.pause()
      response.once('drain', () => answer.resume())
    }
  })
  answer.on('error', () => undefined) // followed by a close
  answer.once('close', () => response.end(answer.complete ? held : brokenOff))
}

const brokenOff = `data: ${JSON.stringify({
  error: {
    message: 'The answer broke off: the connection to the hub was lost.',
    type: 'server_error',
    param: null,
    code: 'unavailable',
    remedy: 'Ask again.',
  },
})}\n\n`
