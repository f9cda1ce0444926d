import { createHash } from 'node:crypto'
import { request } from 'node:http'

const checkEveryMs = 1000
const checkTimeoutMs = 3000

/**
 * A hub. `well`: its health is good; `unwell`: it answers, but a part that it needs is down; `gone`: it does not answer.
 * `open` counts its upgraded connections.
 *
 * @typedef {{ url: URL, state: 'well' | 'unwell' | 'gone', open: number }} Upstream
 */
/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {ReturnType<typeof openUpstreams>} Upstreams */

/**
 * The upstreams behind the one origin, and which of them a request goes to. A hub whose `/files/health` is not good is
 * left out until it is again. When none is well (the database is down for all), those that still answer get the requests:
 * they say what is down.
 *
 * @param {string[]} urls
 */
export function openUpstreams(urls) {
  /** @type {Upstream[]} */
  const upstreams = urls.map((url) => ({ url: new URL(url), state: 'well', open: 0 }))
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
      const candidates = bestOf(upstreams)
      const [best = first, ...others] = isSession(incoming)
        ? sortForSender(candidates, senderOf(incoming))
        : candidates.sort((a, b) => a.open - b.open)
      return [best, ...others]
    },
    /** @param {Upstream} hub */
    down(hub) {
      hub.state = 'gone'
    },
    close() {
      if (timer) clearInterval(timer)
    },
  }
}

/** @param {readonly Upstream[]} upstreams @returns {Upstream[]} those that fare best, never none */
function bestOf(upstreams) {
  const those = (/** @type {Upstream['state']} */ state) => upstreams.filter((hub) => hub.state === state)
  const [well, unwell] = [those('well'), those('unwell')]
  return well.length > 0 ? well : unwell.length > 0 ? unwell : [...upstreams]
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

/** Where to connect: an address of IPv6 is in brackets in a URL only. @param {URL} url */
export const socketAddress = ({ hostname, port }) => ({ host: hostname.replace(/^\[|\]$/g, ''), port })

/** @param {Upstream} hub */
function checkHealth(hub) {
  const asked = request(
    { ...socketAddress(hub.url), path: '/files/health', timeout: checkTimeoutMs },
    (answer) => {
      answer.resume()
      hub.state = answer.statusCode === 200 ? 'well' : 'unwell'
    },
  )
  asked.on('timeout', () => asked.destroy(new Error('no answer')))
  asked.on('error', () => {
    hub.state = 'gone'
  })
  asked.end()
}
