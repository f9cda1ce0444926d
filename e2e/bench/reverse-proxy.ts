import { readTrustedProxies } from '@palate/config/http/table'
import { createReverseProxy } from '../../apps/web/reverse-proxy.mjs'

/** The web origin without its pages: `reverse-proxy.ts <port> <hub url> …`. */
const [port, ...hubUrl] = process.argv.slice(2)
const proxy = createReverseProxy({
  hubUrl,
  trustedProxies: readTrustedProxies({}),
  handlePage: (_request, response) => response.writeHead(404).end(),
})
proxy.listen(Number(port), '127.0.0.1')
