import { createHash } from 'node:crypto'
import { createServer, request, type Server } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { buffer, text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createReverseProxy } from './reverse-proxy.mjs'

/** A real server in place of the hub: echoes requests, streams, and upgrades. */
const hub = createServer(async (incoming, response) => {
  if (incoming.url?.startsWith('/v1/slow')) {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n')
    incoming.on('close', () => undefined)
    response.on('close', () => goneAway.push(incoming.url ?? ''))
    return
  }
  if (incoming.url?.startsWith('/files/artifacts')) {
    const offset = Number(incoming.headers['upload-offset'] ?? 0)
    const arrived = incoming.method === 'PATCH' ? (await buffer(incoming)).length : 0
    const headers = { 'tus-resumable': '1.0.0', 'upload-offset': String(offset + arrived) }
    return void response.writeHead(incoming.method === 'HEAD' ? 200 : 204, headers).end()
  }
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of incoming) {
    hash.update(chunk as Buffer)
    bytes += (chunk as Buffer).length
  }
  const { method, url, headers } = incoming
  response.writeHead(201, { 'content-type': 'application/json', 'x-hub': 'yes' })
  response.end(
    JSON.stringify({ method, url, bytes, sha256: hash.digest('hex'), from: headers['x-forwarded-for'] }),
  )
})
hub.on('upgrade', (_incoming, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n')
  socket.on('data', (data) => socket.write(data))
  socket.on('end', () => socket.end())
})
const goneAway: string[] = []

const listen = (server: Server) =>
  new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  )
let port: number
let proxy: Server
beforeAll(async () => {
  proxy = createReverseProxy({
    hubUrl: `http://127.0.0.1:${await listen(hub)}`,
    handlePage: (incoming, response) => response.end(`page ${incoming.url}`),
  })
  port = await listen(proxy)
})
afterAll(() => {
  for (const server of [proxy, hub]) {
    server.close()
    server.closeAllConnections()
  }
})

it.each(['/', '/chat', '/filesystem', '/v10/models', '/api/trpc/run.list?batch=1'])(
  '%s is a page',
  async (path) => {
    expect(await (await fetch(`http://127.0.0.1:${port}${path}`)).text()).toBe(`page ${path}`)
  },
)

it('forwards a large upload, and appends the sender’s address to the one that the visitor claims', async () => {
  const chunk = Buffer.alloc(1024 * 1024, 'palate')
  const sent = createHash('sha256')
  const answer = await new Promise<{ status?: number; hub?: unknown; body: string }>((resolve, reject) => {
    const headers = { 'content-length': 40 * chunk.length, 'x-forwarded-for': '6.6.6.6' }
    const upload = request(
      { port, path: '/files/uploads/u?x=%20', method: 'PUT', headers },
      async (response) =>
        resolve({ status: response.statusCode, hub: response.headers['x-hub'], body: await text(response) }),
    )
    upload.on('error', reject)
    let left = 40
    const send = () => {
      while (left > 0) {
        left -= 1
        sent.update(chunk)
        if (!upload.write(chunk)) return upload.once('drain', send)
      }
      upload.end()
    }
    send()
  })
  expect([answer.status, answer.hub]).toEqual([201, 'yes'])
  expect(JSON.parse(answer.body)).toEqual({
    ...{ method: 'PUT', url: '/files/uploads/u?x=%20', bytes: 40 * chunk.length, sha256: sent.digest('hex') },
    from: expect.stringMatching(/^6\.6\.6\.6, (::ffff:)?127\.0\.0\.1$|^6\.6\.6\.6, ::1$/),
  })
})

it('forwards each piece of a stream at once, and closes it at the hub when the visitor disconnects', async () => {
  const abort = new AbortController()
  const response = await fetch(`http://127.0.0.1:${port}/v1/slow`, { signal: abort.signal })
  const reader = response.body?.getReader()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: first\n\n')
  abort.abort()
  while (goneAway.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(goneAway).toEqual(['/v1/slow'])
})

it('forwards an upgrade in both directions, but not on a page', async () => {
  const talk = (path: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      let heard = ''
      socket.on('data', (data) => {
        heard += data
        if (heard.includes('101') && !heard.includes('ping')) socket.write('ping')
        if (heard.endsWith('ping')) socket.end()
      })
      socket.on('close', () => resolve(heard))
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`)
    })
  expect(await talk('/socket.io/?EIO=4')).toMatch(/^HTTP\/1\.1 101 [\s\S]*ping$/)
  expect(await talk('/chat')).toMatch(/^HTTP\/1\.1 426/)
})

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
)

it.skipIf(!hasIpv6)('forwards to a hub at an address of IPv6', async () => {
  const other = createServer((_incoming, response) => response.end('hub'))
  await new Promise<void>((resolve) => other.listen(0, '::1', resolve))
  const { port: at } = other.address() as { port: number }
  const alone = createReverseProxy({
    hubUrl: `http://[::1]:${at}`,
    handlePage: (_incoming, response) => response.end(),
  })
  const response = await fetch(`http://127.0.0.1:${await listen(alone)}/files/health`)
  expect(await response.text()).toBe('hub')
  for (const server of [alone, other]) {
    server.close()
    server.closeAllConnections()
  }
})

it('answers with an error when the hub does not answer', async () => {
  const alone = createReverseProxy({
    hubUrl: 'http://127.0.0.1:9', // the discard port: nobody listens
    handlePage: (_incoming, response) => response.end(),
  })
  const response = await fetch(`http://127.0.0.1:${await listen(alone)}/files/health`)
  expect([response.status, await response.json()]).toMatchObject([
    502,
    { error: { code: 'unavailable', message: 'The hub does not answer.' } },
  ])
  alone.close()
})

it('forwards the methods and headers of a resumable upload', async () => {
  const at = `http://127.0.0.1:${port}/files/artifacts/att_1.x`
  const head = await fetch(at, {
    method: 'HEAD',
    headers: { 'upload-offset': '7', 'tus-resumable': '1.0.0' },
  })
  expect([head.status, head.headers.get('upload-offset')]).toEqual([200, '7'])
  const type = 'application/offset+octet-stream'
  const headers = { 'upload-offset': '7', 'tus-resumable': '1.0.0', 'content-type': type }
  const patch = await fetch(at, { method: 'PATCH', headers, body: Buffer.alloc(5) })
  expect([patch.status, patch.headers.get('upload-offset')]).toEqual([204, '12'])
  expect(patch.headers.get('tus-resumable')).toBe('1.0.0')
})

const own = 'https://palate.example'
const send = (
  { port: at, ...headers }: Record<string, string | number>,
  { method = 'POST', path = '/api/trpc/agent.createEnrollmentCode' } = {},
) =>
  new Promise<{ status: number | undefined; headers: Record<string, unknown> }>((resolve, reject) => {
    const sent = request({ port: Number(at), path, method, headers }, (response) => {
      response.resume()
      resolve({ status: response.statusCode, headers: response.headers })
    })
    sent.on('error', reject)
    sent.end()
  })
const foreign = [
  [{ origin: 'http://localhost:9999', 'content-type': 'multipart/form-data; boundary=x' }, {}],
  [{ origin: 'null' }, {}],
  [{ 'sec-fetch-site': 'same-site' }, {}],
  [{ origin: 'http://evil.example' }, { path: '/files/uploads/up_1', method: 'PUT' }],
  [{ origin: 'http://evil.example' }, { path: '/v1/chat/completions' }],
  [{ origin: 'http://evil.example' }, { path: '/socket.io/?EIO=4&transport=polling', method: 'GET' }],
] as const

it.each(foreign)('refuses what a page of another origin sends: %j %j', async (headers, how) => {
  expect((await send({ port, host: `localhost:${port}`, ...headers }, how)).status).toBe(403)
})

it('refuses a socket of another origin, and passes those of the own one and of programs', async () => {
  const open = (origin: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('data', (data) => {
        resolve(String(data).slice(0, 12))
        socket.destroy()
      })
      socket.write(
        `GET /socket.io/?EIO=4 HTTP/1.1\r\nHost: h:1\r\nConnection: Upgrade\r\nUpgrade: echo\r\n${origin}\r\n`,
      )
    })
  expect(await open('Origin: http://h:2\r\n')).toBe('HTTP/1.1 403')
  expect(await open('Origin: http://h:1\r\n')).toBe('HTTP/1.1 101')
  expect(await open('')).toBe('HTTP/1.1 101')
})

it('passes what its own pages and programs send, and what only reads', async () => {
  const host = `localhost:${port}`
  expect((await send({ port, host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })).status).toBe(
    200,
  )
  expect((await send({ port, host })).status).toBe(200)
  expect((await send({ port, host, origin: 'http://other.example' }, { method: 'GET' })).status).toBe(200)
})

it('behind TLS only the own address counts, and browsers must keep to it', async () => {
  const secure = createReverseProxy({
    hubUrl: `http://127.0.0.1:9`,
    origin: own,
    handlePage: (_incoming, response) => response.end(),
  })
  const at = { port: await listen(secure), host: 'palate.example' }
  const answer = await send({ ...at, origin: own })
  expect(answer.status).toBe(200)
  expect(answer.headers['strict-transport-security']).toBe('max-age=31536000')
  expect((await send({ ...at, origin: 'http://palate.example' })).status).toBe(403)
  secure.close()
})

it.each(['/', '/files/health', '/v1/models'])('%s has the security headers', async (path) => {
  const { headers } = await send({ port }, { method: 'GET', path })
  expect(headers).toMatchObject({
    'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  })
  expect(headers).not.toHaveProperty('strict-transport-security')
})

it.each([
  ['longer than 1 MB', { 'content-length': 2 ** 20 + 1 }, 413],
  ['of unknown length', { 'transfer-encoding': 'chunked' }, 411],
])('a body %s is refused by pages and procedures', async (_name, headers, status) => {
  expect((await send({ port, ...headers })).status).toBe(status)
})
