import '@palate/config/http/turn' // before Next.js, which replaces `setImmediate`

import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { limits, readTrustedProxies } from '@palate/config/http/table'
import next from 'next'
import { createReverseProxy } from './reverse-proxy.mjs'
import { sessionReader } from './session-cookie.mjs'

/**
 * Serves the built app and passes the hub's paths on; run instead of `next start`:
 * `node server.mjs --port 3000 --hub http://127.0.0.1:3201`, with `--hub` once for each hub
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '3000' },
    host: { type: 'string', default: process.env.PALATE_HOST || '127.0.0.1' },
    hub: { type: 'string', multiple: true, default: ['http://127.0.0.1:3201'] },
  },
})
const port = Number(values.port)
const dir = fileURLToPath(new URL('.', import.meta.url))
const app = next({ dev: false, dir, hostname: 'localhost', port })
await app.prepare()
const server = createReverseProxy({
  hubUrl: values.hub,
  origin: new URL(process.env.NEXTAUTH_URL ?? `http://localhost:${port}`).origin,
  findSession: sessionReader(process.env.NEXTAUTH_SECRET ?? ''),
  trustedProxies: readTrustedProxies(process.env),
  handlePage: app.getRequestHandler(),
})
const { backlog } = limits.connection
server.listen({ port, host: values.host, backlog }, () => process.stdout.write('the web app is listening\n'))
// "localhost" is this address too. The one server handles both, so that a connection at either is treated alike.
const second =
  values.host === '127.0.0.1' ? createServer((socket) => server.emit('connection', socket)) : null
second?.on('error', () => undefined) // a machine without IPv6
second?.listen({ port, host: '::1', backlog })

const stop = () => {
  second?.close()
  server.close(() => process.exit(0))
  server.closeIdleConnections()
  setTimeout(() => process.exit(0), 3000).unref()
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
