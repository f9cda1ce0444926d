import { createServer, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { limitServer, serverOptions } from './server-limits.mjs'
import { limits } from './table.mjs'

async function start(trustedProxies: string[], most: Partial<typeof limits.connection>) {
  const server = createServer(serverOptions, (_incoming, response) => response.end('served'))
  limitServer(server, trustedProxies, { ...limits.connection, ...most })
  return listen(server)
}

async function listen(server: Server) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  /** @returns what the server says, once it is known whether it says anything */
  return async (localAddress: string, head = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n') => {
    const socket = connect({ host: '127.0.0.1', port, localAddress }).on('error', () => undefined)
    const heard = await new Promise<string>((resolve) => {
      socket.once('data', (data) => resolve(String(data).slice(9, 12)))
      socket.once('close', () => resolve('closed'))
      socket.write(head)
    })
    return { socket, heard }
  }
}

it('an address has a number of connections, and another has its own', async () => {
  const open = await start([], { perAddress: 2, total: 100 })
  const held: Socket[] = []
  for (const expected of ['200', '200', 'closed']) {
    const { socket, heard } = await open('127.0.0.1')
    expect(heard).toBe(expected)
    held.push(socket)
  }
  expect((await open('127.0.0.2')).heard).toBe('200')
  held[0]?.destroy()
  await expect.poll(async () => (await open('127.0.0.1')).heard, { timeout: 30_000 }).toBe('200')
}, 60_000)

it('an address may open so many connections a minute', async () => {
  const open = await start([], { opensPerMinute: 2 })
  for (const expected of ['200', '200', 'closed']) {
    const { socket, heard } = await open('127.0.0.1')
    expect(heard).toBe(expected)
    socket.destroy()
  }
  expect((await open('127.0.0.2')).heard).toBe('200')
})

it('an address may open so many connections a second, and goes on in the next', async () => {
  const open = await start([], { opensPerSecond: 2 })
  const heard = []
  for (let count = 0; count < 20; count += 1) heard.push((await open('127.0.0.1')).heard)
  expect(heard.slice(0, 2)).toEqual(['200', '200'])
  expect(heard).toContain('closed')
  expect((await open('127.0.0.2')).heard).toBe('200')
  await expect.poll(async () => (await open('127.0.0.1')).heard, { timeout: 30_000 }).toBe('200')
}, 60_000)

const tooLarge = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${limits.request.bodyBytes + 1}\r\n\r\nx`

it('an address that sends bodies that no route takes opens no more within the minute', async () => {
  const open = await start([], {})
  for (let count = 0; count < limits.connection.cutsPerMinute; count += 1)
    expect((await open('127.0.0.1', tooLarge)).heard).toBe('200')
  await expect.poll(async () => (await open('127.0.0.1')).heard).toBe('closed')
  expect((await open('127.0.0.2')).heard).toBe('200')
})

it('an address whose upgrades are refused again and again opens no more, a proxy of our own does', async () => {
  for (const trusted of [[], ['127.0.0.1']]) {
    const server = createServer(serverOptions, (_incoming, response) => response.end('served'))
    const { refusedUpgrade } = limitServer(server, trusted)
    server.on('upgrade', ({ socket }) => {
      refusedUpgrade(socket)
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
    })
    const open = await listen(server)
    const upgrade = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'
    for (let count = 0; count < limits.connection.refusedUpgradesPerMinute; count += 1)
      expect((await open('127.0.0.1', upgrade)).heard).toMatch(trusted.length ? '400' : /400|closed/)
    await expect.poll(async () => (await open('127.0.0.1')).heard).toBe(trusted.length ? '200' : 'closed')
  }
})

it('a proxy of our own has any number of connections, but not more than there are in all', async () => {
  const open = await start(['127.0.0.1'], { perAddress: 1, total: 3 })
  const heard = []
  for (let count = 0; count < 4; count += 1) heard.push((await open('127.0.0.1')).heard)
  expect(heard).toEqual(['200', '200', '200', 'closed'])
})

it('who sends many requests ahead of their answers is cut', async () => {
  const server = createServer(serverOptions, () => undefined)
  limitServer(server, [])
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const client = connect(port, '127.0.0.1')
    .on('error', () => undefined)
    .resume()
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(50))
  await new Promise((resolve) => client.once('close', resolve))
}, 60_000)

it('what hundreds of clients send ahead is read one client a turn, and after some cuts no more of it', async () => {
  const server = createServer(serverOptions, (_incoming, response) => response.end('served'))
  limitServer(server, [])
  let read = 0
  let accepted = 0
  server.on('request', () => {
    read += 1
  })
  server.on('connection', () => {
    accepted += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const clients = Array.from({ length: 200 }, () => connect(port, '127.0.0.1').on('error', () => undefined))
  await expect.poll(() => accepted, { timeout: 30_000 }).toBe(clients.length)
  const closed = clients.map((client) => new Promise((resolve) => client.resume().once('close', resolve)))
  for (const client of clients) client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(50))
  await Promise.all(closed)
  expect(read).toBeLessThan(50 * (limits.connection.cutsPerMinute + 5))
}, 60_000)

it('a client that resets its connection before it has sent anything does not end the process', async () => {
  const server = createServer(serverOptions)
  limitServer(server, [])
  const arrived = new Promise<Socket>((resolve) => {
    server.on('connection', (socket: Socket) => resolve(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const client = connect(port, '127.0.0.1').on('error', () => undefined)
  const socket = await arrived
  await expect.poll(() => socket.listenerCount('error')).toBeGreaterThan(0)
  client.resetAndDestroy()
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
})

it('a server closes without waiting for a client that never says anything', async () => {
  const server = createServer(serverOptions)
  limitServer(server, [])
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const arrived = new Promise<Socket>((resolve) => {
    server.on('connection', (socket: Socket) => resolve(socket))
  })
  const client = connect(port, '127.0.0.1').on('error', () => undefined)
  const socket = await arrived
  await expect.poll(() => socket.listenerCount('readable')).toBeGreaterThan(0)
  const began = performance.now()
  await new Promise((resolve) => server.close(resolve))
  expect(performance.now() - began).toBeLessThan(5000)
  client.destroy()
})

it('a client that resets its connection while it asks for an upgrade does not end the process', async () => {
  const server = createServer(serverOptions)
  limitServer(server, [])
  const upgraded = new Promise<Socket>((resolve) => {
    server.on('upgrade', (_incoming, socket) => resolve(socket as Socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const client = connect(port, '127.0.0.1').on('error', () => undefined)
  client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  const socket = await upgraded
  expect(socket.listenerCount('error')).toBeGreaterThan(0)
  client.resetAndDestroy()
  if (!socket.destroyed) await new Promise((resolve) => socket.resume().once('close', resolve))
})
