import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { createReverseProxy } from './reverse-proxy.mjs'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

const portOf = (server: Server) => (server.address() as { port: number }).port

async function listen(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${portOf(server)}`
}

/** Answers each request with its name, and upgrades; it is healthy unless the test says otherwise. */
function hub(name: string, health = { status: 200, asked: 0 }) {
  const server = createServer((incoming, response) => {
    incoming.resume()
    const isHealth = incoming.url === '/files/health'
    if (isHealth) health.asked += 1
    response.statusCode = isHealth ? health.status : 200
    response.end(name)
  })
  server.on('upgrade', (_incoming, socket) => {
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nX-Hub: ${name}\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n`,
    )
    socket.on('error', () => undefined)
  })
  return server
}

async function proxy(...urls: string[]): Promise<string> {
  return listen(
    createReverseProxy({
      hubUrl: urls,
      handlePage: (_incoming, response) => response.end('page'),
    }),
  )
}

/** Ports of obsolete services that no machine runs; a port that was just free may be taken by another process. */
const [discard, chargen] = ['http://127.0.0.1:9', 'http://127.0.0.1:19']

const ask = async (url: string, from: string) =>
  (await fetch(url, { headers: { 'x-forwarded-for': from } })).text()

/** Opens a socket and keeps it. @returns the name of the hub that took it */
const upgrade = (origin: string) =>
  new Promise<string>((resolve) => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1')
    socket.on('data', (data) => resolve(/X-Hub: (\w+)/i.exec(data.toString())?.[1] ?? 'none'))
    socket.write(
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n',
    )
  })

it('a long-polling session stays with one hub, and different senders are spread over the hubs', async () => {
  const origin = await proxy(await listen(hub('one')), await listen(hub('two')))
  const url = `${origin}/socket.io/?EIO=4&transport=polling&sid=x`
  const met = new Map<string, string>()
  for (let sender = 0; sender < 20; sender += 1) {
    const first = await ask(url, `10.0.0.${sender}`)
    met.set(`10.0.0.${sender}`, first)
    for (let again = 0; again < 3; again += 1) expect(await ask(url, `10.0.0.${sender}`)).toBe(first)
  }
  expect(new Set(met.values())).toEqual(new Set(['one', 'two']))
})

it('sockets go to the least busy hub', async () => {
  const origin = await proxy(await listen(hub('one')), await listen(hub('two')))
  const met = []
  for (let count = 0; count < 6; count += 1) met.push(await upgrade(origin))
  expect(met.filter((name) => name === 'one')).toHaveLength(3)
})

it('a stopped hub is skipped: requests and sockets go to the other one', async () => {
  const origin = await proxy(discard, await listen(hub('two')))
  for (let sender = 0; sender < 8; sender += 1)
    expect(await ask(`${origin}/socket.io/?transport=polling`, `10.0.0.${sender}`)).toBe('two')
  expect(await upgrade(origin)).toBe('two')
})

it('answers with an error when all hubs have stopped', async () => {
  const origin = await proxy(discard, chargen)
  expect((await fetch(`${origin}/files/health`)).status).toBe(502)
})

it('when the database is down for all hubs, those that answer say so', async () => {
  const down = ['one', 'two'].map((name) => ({ name, status: 503, asked: 0 }))
  const urls = await Promise.all(down.map((health) => listen(hub(health.name, health))))
  const origin = await proxy(discard, ...urls)
  // Asked a second time: by then the proxy knows the first answer, and that nobody listens at the first address.
  for (const health of down) await expect.poll(() => health.asked, { timeout: 120_000 }).toBeGreaterThan(1)
  for (let count = 0; count < 12; count += 1)
    expect(await (await fetch(`${origin}/v1/chat/completions`, { method: 'POST' })).text()).toMatch(
      /^(one|two)$/,
    )
  expect((await fetch(`${origin}/files/health`)).status).toBe(503)
})

it('an unhealthy hub gets no requests until it is healthy again', async () => {
  const health = { status: 503, asked: 0 }
  const origin = await proxy(await listen(hub('one', health)), await listen(hub('two')))
  const everybody = async () => {
    const names = new Set<string>()
    for (let sender = 0; sender < 12; sender += 1)
      names.add(await ask(`${origin}/socket.io/?transport=polling`, `10.0.0.${sender}`))
    return [...names].sort().join()
  }
  await expect.poll(everybody, { timeout: 120_000 }).toBe('two')
  health.status = 200
  await expect.poll(everybody, { timeout: 120_000 }).toBe('one,two')
})
