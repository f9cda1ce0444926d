import { createHash } from 'node:crypto'
import { request } from 'node:http'

const checkEveryMs = 1000
const checkTimeoutMs = 3000

/**
 * The upstreams behind the one origin, and which of them a request goes to. A hub that does not answer is left out until
 * its `/files/health` answers again.
 *
 * @param {string[]} urls
 */
export function openUpstreams(urls) {
  const upstreams = urls.map((url) => ({ url: new URL(url), up: true, open: 0 }))
  const [first] = upstreams
  if (!first) throw new Error('The web origin needs the address of a hub: set HUB_URLS.')
  const timer = upstreams.length > 1 ? setInterval(() => upstreams.forEach(look), checkEveryMs).unref() : null
  return {
    /**
     * The upstreams for a request in the order in which they are to be tried. The requests of one HTTP long-polling session
     * must meet the same hub: they go by their sender's address (rendezvous hashing), all others to the least busy.
     */
    inOrder(incoming) {
      if (upstreams.length === 1) return [first]
      const up = upstreams.filter((hub) => hub.up)
      const candidates = up.length > 0 ? up : [...upstreams]
      if (!isSession(incoming)) return candidates.sort((a, b) => a.open - b.open)
      const sender = senderOf(incoming)
      return candidates
        .map((hub) => ({ hub, weight: weightOf(sender, hub.url.host) }))
        .sort((a, b) => (a.weight < b.weight ? 1 : -1))
        .map(({ hub }) => hub)
    },
    down(hub) {
      hub.up = false
    },
    close() {
      if (timer) clearInterval(timer)
    },
  }
}

/** Long polling from its first request on, and the upgrade of such a session; a socket that begins as one has no session. */
function isSession({ url = '' }) {
  return url.startsWith('/socket.io') && (url.includes('transport=polling') || /[?&]sid=/.test(url))
}

/** Only to tell senders apart, so what they claim to be is good enough. */
function senderOf({ headers, socket }) {
  return String(headers['x-forwarded-for'] ?? '').split(',')[0] || socket.remoteAddress || ''
}

const weightOf = (sender, host) => createHash('sha256').update(`${sender} ${host}`).digest('hex')

function look(hub) {
  const { hostname, port } = hub.url
  const asked = request(
    { host: hostname, port, path: '/files/health', timeout: checkTimeoutMs },
    (answer) => {
      answer.resume()
      hub.up = answer.statusCode === 200
    },
  )
  asked.on('timeout', () => asked.destroy(new Error('silent')))
  asked.on('error', () => {
    hub.up = false
  })
  asked.end()
}
