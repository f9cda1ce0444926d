import { createHash } from 'node:crypto'
import { request } from 'node:http'

const checkEveryMs = 1000
const checkTimeoutMs = 3000

/** @typedef {{ url: URL, up: boolean, open: number }} Upstream a hub; `open` counts its upgraded connections */
/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {ReturnType<typeof openUpstreams>} Upstreams */

/**
 * The upstreams behind the one origin, and which of them a request goes to. A hub that does not answer is left out
 * until its `/files/health` answers again.
 *
 * @param {string[]} urls
 */
export function openUpstreams(urls) {
  /** @type {Upstream[]} */
  const upstreams = urls.map((url) => ({ url: new URL(url), up: true, open: 0 }))
  const [first] = upstreams
  if (!first) throw new Error('The web origin needs the address of a hub: pass --hub.')
  const checkAll = () => upstreams.forEach(checkHealth)
  const timer = upstreams.length > 1 ? setInterval(checkAll, checkEveryMs).unref() : null
  return {
    /**
     * The upstreams for a request in the order in which they are tried. The requests of one HTTP long-polling session
     * must reach the same hub: the sender's address decides (rendezvous hashing). All others go to the least busy.
     *
     * @param {IncomingMessage} incoming
     * @returns {[Upstream, ...Upstream[]]}
     */
    inOrder(incoming) {
      if (upstreams.length === 1) return [first]
      const up = upstreams.filter((hub) => hub.up)
      const candidates = up.length > 0 ? up : [...upstreams]
      const [best = first, ...others] = isSession(incoming)
        ? sortForSender(candidates, senderOf(incoming))
        : candidates.sort((a, b) => a.open - b.open)
      return [best, ...others]
    },
    /** @param {Upstream} hub */
    down(hub) {
      hub.up = false
    },
    close() {
      if (timer) clearInterval(timer)
    },
  }
}

/**
 * Long polling from its first request on, and the upgrade of such a session; a socket that starts as one has no session.
 *
 * @param {IncomingMessage} incoming
 */
function isSession({ url = '' }) {
  return url.startsWith('/socket.io') && (url.includes('transport=polling') || /[?&]sid=/.test(url))
}

/**
 * Only to distinguish senders, so the address that they claim is good enough.
 *
 * @param {IncomingMessage} incoming
 */
function senderOf({ headers, socket }) {
  return String(headers['x-forwarded-for'] ?? '').split(',')[0] || socket.remoteAddress || ''
}

/** @param {Upstream[]} candidates @param {string} sender */
function sortForSender(candidates, sender) {
  return candidates
    .map((hub) => ({ hub, weight: weightOf(sender, hub.url.host) }))
    .sort((a, b) => (a.weight < b.weight ? 1 : -1))
    .map(({ hub }) => hub)
}

/** @param {string} sender @param {string} host */
const weightOf = (sender, host) => createHash('sha256').update(`${sender} ${host}`).digest('hex')

/** @param {Upstream} hub */
function checkHealth(hub) {
  const { hostname, port } = hub.url
  const asked = request(
    { host: hostname, port, path: '/files/health', timeout: checkTimeoutMs },
    (answer) => {
      answer.resume()
      hub.up = answer.statusCode === 200
    },
  )
  asked.on('timeout', () => asked.destroy(new Error('no answer')))
  asked.on('error', () => {
    hub.up = false
  })
  asked.end()
}
