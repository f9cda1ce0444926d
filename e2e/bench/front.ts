import { createFront } from '../../apps/web/front.mjs'

/** The web origin without its pages: `front.ts <port> <hub url> …`. */
const [port, ...hubUrl] = process.argv.slice(2)
const front = createFront({
  hubUrl,
  handlePage: (_request, response) => response.writeHead(404).end(),
  handlePageUpgrade: (_request, socket) => socket.destroy(),
})
front.listen(Number(port), '127.0.0.1')
