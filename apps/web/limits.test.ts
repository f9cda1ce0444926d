import { createServer, type OutgoingHttpHeaders, request, type Server } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { limits } from '@palate/config'
import { afterAll, expect, it } from 'vitest'
import { createReverseProxy } from './reverse-proxy.mjs'

const servers: Server[] = []
afterAll(() => {
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
})

function listen(server: Server): Promise<number> {
  servers.push(server)
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  )
}

interface Options {
  trustedProxies?: readonly string[]
  findSession?: (incoming: { headers: { cookie?: string } }) => Promise<string | null>
  handlePage?: (url: string) => Promise<void> | void
}

/** The one origin, before a page handler that only says that it was asked. */
async function startProxy({ trustedProxies = [], findSession, handlePage = () => undefined }: Options = {}) {
  const hub = await listen(createServer((_incoming, response) => response.end('hub')))
  const proxy = createReverseProxy({
    hubUrl: `http://127.0.0.1:${hub}`,
    trustedProxies,
    findSession,
    handlePage: async (incoming, response) => {
      await handlePage(incoming.url ?? '')
      response.end(`page for ${incoming.headers['x-forwarded-for']}`)
    },
  })
  return { port: await listen(proxy) }
}

interface Asked {
  method?: string
  headers?: OutgoingHttpHeaders
  from?: string
}

function ask(port: number, path: string, { method = 'GET', headers = {}, from }: Asked = {}) {
  return new Promise<{ status: number; body: string; headers: Record<string, unknown> }>(
    (resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port, path, method, headers, localAddress: from },
        async (response) =>
          resolve({
            status: response.statusCode ?? 0,
            body: await text(response),
            headers: response.headers,
          }),
      )
      sent.on('error', reject)
      sent.end()
    },
  )
}

/** Asks so often that the budget is used up. @returns the statuses of what was asked */
async function askOften(port: number, path: string, count: number, asked: Asked = {}): Promise<Set<number>> {
  const statuses = new Set<number>()
  for (let at = 0; at < count; at += 100) {
    const size = Math.min(100, count - at)
    const answers = await Promise.all(Array.from({ length: size }, () => ask(port, path, asked)))
    for (const { status } of answers) statuses.add(status)
  }
  return statuses
}

it('an address has a number of pages a minute; static files and what the hub answers are not counted', async () => {
  const { port } = await startProxy()
  expect(await askOften(port, '/chat', limits.page.anonymousPerMinute)).toEqual(new Set([200]))
  const refused = await ask(port, '/chat', { headers: { accept: 'text/html' } })
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '60'])
  expect(refused.body).toBe(
    'Too many requests came from this address within a minute. Wait a minute and try again.\n',
  )
  expect((await ask(port, '/_next/static/chunks/a.js')).status).toBe(200)
  expect((await ask(port, '/files/health')).body).toBe('hub')
}, 60_000)

it('people behind one address: who is signed in has a budget of their own, a forged cookie has none', async () => {
  const findSession: Options['findSession'] = async ({ headers: { cookie = '' } }) =>
    cookie.startsWith('ours=') ? cookie : null
  const { port } = await startProxy({ findSession })
  await askOften(port, '/', limits.page.anonymousPerMinute)
  expect((await ask(port, '/')).status).toBe(429)
  expect((await ask(port, '/', { headers: { cookie: 'forged=1' } })).status).toBe(429)
  expect((await ask(port, '/', { headers: { cookie: 'ours=1' } })).status).toBe(200)
}, 60_000)

it('the client of a procedure gets the error in the shape in which procedures send theirs', async () => {
  const { port } = await startProxy()
  const { status, body } = await ask(
    port,
    `/api/trpc/chat.info?input=${'x'.repeat(limits.request.urlCharacters)}`,
  )
  expect([status, JSON.parse(body)]).toMatchObject([
    414,
    {
      error: {
        code: 'invalid',
        json: { message: 'This address is longer than 8192 characters.', data: { httpStatus: 414 } },
      },
    },
  ])
})

it.each([
  ['headers of 20 KB', '/chat', { headers: { 'x-long': 'x'.repeat(20_000) } }, 431],
  ['a form that is sent to a page', '/sign-in', { method: 'POST' }, 405],
  ['a server action', '/chat', { method: 'POST', headers: { 'next-action': 'x'.repeat(42) } }, 405],
  [
    'a compressed body',
    '/api/trpc/chat.feedback',
    { method: 'POST', headers: { 'content-encoding': 'gzip' } },
    415,
  ],
  [
    'a large body',
    '/api/trpc/chat.feedback',
    { method: 'POST', headers: { 'content-length': 2 ** 20 + 1 } },
    413,
  ],
])('%s is refused before a page is asked', async (_name, path, asked: Asked, status) => {
  const pages: string[] = []
  const { port } = await startProxy({ handlePage: (url) => void pages.push(url) })
  expect((await ask(port, path, asked)).status).toBe(status)
  expect(pages).toEqual([])
})

it('counts what a trusted proxy says its clients are, and never what a stranger says of itself', async () => {
  const answers = async (trustedProxies: string[], from: string) => {
    const { port } = await startProxy({ trustedProxies })
    const headers = { 'x-forwarded-for': '198.51.100.1' }
    await askOften(port, '/', limits.page.anonymousPerMinute, { headers, from })
    const other = { headers: { 'x-forwarded-for': '198.51.100.2' }, from }
    return [(await ask(port, '/', { headers, from })).status, (await ask(port, '/', other)).status]
  }
  expect(await answers(['127.0.0.2'], '127.0.0.2')).toEqual([429, 200])
  expect(await answers(['127.0.0.2'], '127.0.0.3')).toEqual([429, 429])
}, 60_000)

/** A promise and what settles it. */
function signal(): [Promise<void>, () => void] {
  let settle: () => void = () => undefined
  const promise = new Promise<void>((resolve) => {
    settle = resolve
  })
  return [promise, settle]
}

it('an address has a number of requests at once, also when they are sent ahead of their answers; others go on', async () => {
  const started: string[] = []
  const [released, release] = signal()
  const { port } = await startProxy({
    trustedProxies: ['127.0.0.1'],
    handlePage: async (url) => {
      started.push(url)
      await released
    },
  })
  const { anonymousAtOnce } = limits.page
  const flood = { headers: { 'x-forwarded-for': '198.51.100.1' } }
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  socket.write('GET /ahead HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.1\r\n\r\n'.repeat(3))
  const others = Array.from({ length: 20 }, () => ask(port, '/flood', flood))
  await expect.poll(() => started.length, { timeout: 30_000 }).toBe(anonymousAtOnce)
  const fine = ask(port, '/other', { headers: { 'x-forwarded-for': '198.51.100.2' } })
  await expect.poll(() => started.at(-1), { timeout: 30_000 }).toBe('/other')
  expect(started).toHaveLength(anonymousAtOnce + 1)
  release()
  expect((await fine).status).toBe(200)
  for (const { status } of await Promise.all(others)) expect(status).toBe(200)
  socket.destroy()
}, 60_000)

it('headers and bodies that do not arrive are cut', async () => {
  const { port } = await startProxy({ handlePage: () => new Promise(() => undefined) })
  const cut = (head: string) =>
    new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1')
        .on('error', () => undefined)
        .resume()
      socket.once('close', () => resolve())
      socket.write(head)
    })
  await Promise.all([
    cut('GET /chat HTTP/1.1\r\nHost: palate\r\nX-Slow: '),
    cut('POST /api/trpc/chat.feedback HTTP/1.1\r\nHost: palate\r\nContent-Length: 9999\r\n\r\nx'),
    cut('POST /v1/chat/completions HTTP/1.1\r\nHost: palate\r\nContent-Length: 9999\r\n\r\nx'),
  ])
}, 120_000)

it('a client that resets its connection while an upgrade is refused does not end the process', async () => {
  const { port } = await startProxy()
  for (const origin of ['Origin: http://other.example\r\n', '']) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.write(
      `GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${origin}\r\n`,
    )
    socket.resetAndDestroy()
  }
  expect((await ask(port, '/chat')).status).toBe(200)
})
