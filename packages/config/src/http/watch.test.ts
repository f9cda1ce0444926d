import { createServer, type RequestListener } from 'node:http'
import { connect, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { watchBody, watchReader } from './watch.mjs'

/** A server, and connections to it that remember whether they were closed. */
async function start(handle: RequestListener) {
  const server = createServer(handle)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return (head: string) => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    socket.write(`${head} HTTP/1.1\r\nHost: x\r\n`)
    return socket
  }
}

const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))

/** Sends a byte now and then. */
function drip(socket: Socket): void {
  const timer = setInterval(() => socket.write('x'), 50)
  socket.once('close', () => clearInterval(timer))
  onTestFinished(() => clearInterval(timer))
}

it('a body that does not arrive is cut, and an upload only when it falls silent', async () => {
  const times = { bodyMs: 300, idleMs: 2000, refusedMs: 60_000 }
  const open = await start((incoming, response) => {
    watchBody(incoming, response, undefined, times)
    incoming.resume()
  })
  const begin = (path: string) => {
    const socket = open(`POST ${path}`)
    socket.write('Content-Length: 100000\r\n\r\n')
    return socket
  }
  const [page, upload, silent] = ['/api/trpc/x', '/files/uploads/u', '/files/artifacts/a'].map(begin)
  if (!page || !upload || !silent) throw new Error('three connections')
  for (const socket of [page, upload]) drip(socket)
  const silentIsCut = closed(silent)
  await closed(page)
  expect(upload.destroyed).toBe(false)
  await silentIsCut
  expect(upload.destroyed).toBe(false)
}, 60_000)

it('after its answer the rest of a body is read for a moment only', async () => {
  const times = { bodyMs: 60_000, idleMs: 60_000, refusedMs: 300 }
  const open = await start((incoming, response) => {
    watchBody(incoming, response, undefined, times)
    response.writeHead(413).end('too long')
  })
  const socket = open('POST /v1/chat/completions')
  socket.write('Content-Length: 100000\r\n\r\n')
  const heard = new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))))
  drip(socket)
  expect(await heard).toContain('413')
  await closed(socket)
}, 60_000)

it('a client that never reads is cut; a stream that has nothing to say is not', async () => {
  let cut: () => void = () => undefined
  const isCut = new Promise<void>((resolve) => {
    cut = resolve
  })
  const open = await start((incoming, response) => {
    watchReader(response, 500)
    if (incoming.url !== '/large') return void response.write('data: first\n\n')
    incoming.socket.once('close', cut)
    response.end(Buffer.alloc(64 * 1024 * 1024))
  })
  const [reader, large] = [open('GET /stream'), open('GET /large')]
  for (const socket of [reader, large]) socket.write('\r\n')
  reader.resume()
  await isCut
  expect(reader.destroyed).toBe(false)
  large.destroy()
}, 60_000)
