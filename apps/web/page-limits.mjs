import { openBudget } from '@palate/config/http/budget'
import { clientAddress } from '@palate/config/http/client-address'
import { limits } from '@palate/config/http/table'
import { openPageQueue } from './page-queue.mjs'

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {{ status: number, code: string, message: string, remedy: string }} Problem */

const { bodyBytes, urlCharacters } = limits.request
const { anonymousPerMinute, anonymousAtOnce, anonymousRest, sessionPerMinute, sessionAtOnce, keyPerMinute } =
  limits.page
const isApi = /^\/api\//
const isStatic = /^\/(_next\/static\/|icon\.svg$|favicon\.ico$)/

/**
 * Why a page or a procedure does not take this request. A page only shows: Next would read a form of any kind to its
 * end before it finds that no action is meant. The length of a body must be known before, for the same reason.
 *
 * @param {IncomingMessage} incoming
 * @returns {Problem | null}
 */
export function findPageProblem({ headers, method = 'GET', url = '' }) {
  const reads = method === 'GET' || method === 'HEAD'
  if (!reads && !(method === 'POST' && isApi.test(url)))
    return problem(405, 'A page takes nothing, it only shows.', 'Send this to /api/trpc.')
  if (url.length > urlCharacters)
    return problem(414, `This address is longer than ${urlCharacters} characters.`, 'Ask for less at once.')
  if (headers['transfer-encoding'] !== undefined)
    return problem(411, 'The length of this request is not known.', 'Send the header Content-Length.')
  if (headers['content-encoding'] !== undefined)
    return problem(415, 'This request is compressed.', 'Send it without Content-Encoding.')
  if (Number(headers['content-length'] ?? 0) <= bodyBytes) return null
  return problem(
    413,
    `This request is longer than ${bodyBytes / 1024} KB.`,
    'Send less, or upload it as a dataset.',
  )
}

/** @param {number} status @param {string} message @param {string} remedy @returns {Problem} */
const problem = (status, message, remedy) => ({ status, code: 'invalid', message, remedy })

/** @type {Problem} */
const tooMany = {
  status: 429,
  code: 'rate_limited',
  message: 'Too many requests came from this address within a minute.',
  remedy: 'Wait a minute and try again.',
}

/**
 * How many pages and procedures one address, session or key may ask for. People behind one address share only what they
 * ask without a sign-in: a cookie that is ours counts by its session, without a question to the database.
 *
 * @param {readonly string[]} trustedProxies
 * @param {(incoming: IncomingMessage) => Promise<string | null>} findSession
 */
export function openPageLimits(trustedProxies, findSession) {
  const anonymous = openBudget(anonymousPerMinute)
  const sessions = openBudget(sessionPerMinute)
  const keys = openBudget(keyPerMinute)
  const queue = openPageQueue(limits.page)

  /** Whose request it is, and what it may use. @param {IncomingMessage} incoming */
  async function findKey(incoming) {
    const forwarded = String(incoming.headers['x-forwarded-for'] ?? '')
    const address = clientAddress(incoming.socket.remoteAddress, forwarded, trustedProxies)
    if (/^Bearer plt_/.test(incoming.headers.authorization ?? ''))
      return { key: `key ${address}`, atOnce: sessionAtOnce, rest: 0, budget: keys }
    const session = await findSession(incoming)
    return session
      ? { key: session, atOnce: sessionAtOnce, rest: 0, budget: sessions }
      : { key: address, atOnce: anonymousAtOnce, rest: anonymousRest, budget: anonymous }
  }

  return {
    /**
     * @param {IncomingMessage} incoming
     * @param {ServerResponse} response
     * @returns {Promise<Problem | null>} why it is refused
     */
    async enter(incoming, response) {
      if (isStatic.test(incoming.url ?? '')) return null
      const { budget, ...share } = await findKey(incoming)
      return (await budget.take(share.key)) && (await queue.enter(share, response)) ? null : tooMany
    },
  }
}
