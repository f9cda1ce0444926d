/** @typedef {import('./page-limits.mjs').Problem} Problem */
/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */

/** Of JSON-RPC, as tRPC numbers its errors. */
const rpcCode = -32_600

/**
 * Answers without passing anything on. The rest of the body is never read: the connection ends with the answer. A
 * procedure's client gets the error in the shape in which procedures send theirs, a browser gets a sentence.
 *
 * @param {IncomingMessage} incoming
 * @param {ServerResponse} response
 * @param {Problem} problem
 */
export function refuse(incoming, response, { status, ...error }) {
  const { code, message, remedy } = error
  const wantsPage = /\btext\/html\b/.test(incoming.headers.accept ?? '')
  const type = wantsPage ? 'text/plain; charset=utf-8' : 'application/json'
  const data = { httpStatus: status, code: code.toUpperCase(), remedy, fields: null }
  const shaped = incoming.url?.startsWith('/api/trpc') ? { json: { message, code: rpcCode, data } } : {}
  const body = wantsPage ? `${message} ${remedy}\n` : JSON.stringify({ error: { ...error, ...shaped } })
  const wait = status === 429 ? { 'retry-after': '60' } : {}
  response.writeHead(status, { 'content-type': type, connection: 'close', ...wait }).end(body)
}
