import { connect as connectTcp } from 'node:net'
import { limits } from '@palate/config'
import { createLiveTicket } from '@palate/core'
import { createWorkspaceFixture } from '@palate/core/testing'
import { io, type Socket } from 'socket.io-client'
import { expect, it } from 'vitest'
import { connect, connectAgent } from '../testing/agent'
import { startTestHub, until } from '../testing/hub'

const test = await startTestHub({ PALATE_ORIGIN: 'http://palate.example' })
const fixture = await createWorkspaceFixture(test.deps)
const open = (path: string, auth: Record<string, string> = {}) => connect(`${test.origin}${path}`, auth)
const connected = (socket: Socket) =>
  new Promise<Socket>((resolve, reject) => {
    socket.once('connect', () => resolve(socket))
    socket.once('connect_error', reject)
  })

it('the default namespace takes nobody, and a connection that says nothing is closed', async () => {
  await expect(connected(open('/'))).rejects.toThrow('Connect to /agent or to /live.')
  const address = `${test.origin}/socket.io/?EIO=4&transport=polling`
  const { sid } = JSON.parse((await (await fetch(address)).text()).slice(1)) as { sid: string }
  const poll = () => fetch(`${address}&sid=${sid}`)
  await until(async () => (await poll()).status === 400, 30_000)
})

it.each(['/', '/live', '/agent'])(
  'before sign-in a large message to %s closes the connection',
  async (path) => {
    const socket = open(path, { credential: 'x'.repeat(limits.socket.messageBytes), ticket: 'x' })
    const closed = await new Promise<string>((resolve) => {
      socket.io.on('close', (reason) => resolve(reason))
      socket.once('connect', () => resolve('connected'))
    })
    expect(closed).toMatch(/transport/)
  },
)

it('a page that listens cannot send much', async () => {
  const socket = await connected(open('/live', await createLiveTicket(fixture.viewer)))
  const text = 'x'.repeat(limits.socket.messageBytes / 2)
  for (let count = 0; count < 20; count += 1) socket.emit('noise', text)
  await until(() => socket.disconnected, 10_000)
})

it('small messages have a rate too, and so have the pings that a WebSocket answers by itself', async () => {
  const socket = await connected(open('/live', await createLiveTicket(fixture.viewer)))
  for (let count = 0; count <= limits.socket.messagesPerMinute; count += 1) socket.emit('noise')
  await until(() => socket.disconnected, 10_000)
  const raw = await upgrade({})
  const closed = new Promise((resolve) => raw.socket.once('close', resolve))
  const ping = Buffer.from([0x89, 0x80, 0, 0, 0, 0])
  raw.socket.write(Buffer.concat(Array.from({ length: limits.socket.messagesPerMinute + 1 }, () => ping)))
  await closed
})

it('an unfinished packet is refused by its announced size; nothing is compressed', async () => {
  const { socket, head } = await upgrade({ 'Sec-WebSocket-Extensions': 'permessage-deflate' })
  expect(head).toMatch(/^HTTP\/1\.1 101/)
  expect(head).not.toMatch(/permessage-deflate/i)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write(frameHead)
  await closed
})

it('an address whose sockets are cut again and again opens no more within the minute; another does', async () => {
  const from = (address: string) => upgrade({ 'X-Forwarded-For': address })
  for (let count = 0; count < limits.connection.cutsPerMinute; count += 1) {
    const { socket, head } = await from('10.0.0.9')
    expect(head).toMatch(/^HTTP\/1\.1 101/)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(frameHead)
    await closed
  }
  expect((await from('10.0.0.9')).head).toMatch(/^HTTP\/1\.1 400/)
  const other = await from('10.0.0.10')
  expect(other.head).toMatch(/^HTTP\/1\.1 101/)
  other.socket.destroy()
})

it.each([
  ['a page of another origin', { Origin: 'http://other.example' }, 'HTTP/1.1 400'],
  ['a page of the same host at another port', { Origin: 'http://palate:9' }, 'HTTP/1.1 400'],
  ['a page of its own', { Origin: 'http://palate' }, 'HTTP/1.1 101'],
  ['the address that people use', { Origin: 'http://palate.example' }, 'HTTP/1.1 101'],
  ['a program', {}, 'HTTP/1.1 101'],
])("at the hub's own port a socket of %s gets its answer", async (_name, headers, answer) => {
  const { head, socket } = await upgrade(headers)
  expect(head.slice(0, answer.length)).toBe(answer)
  socket.destroy()
})

/** The head of a message of 30 MiB. */
const frameHead = Buffer.alloc(14)
frameHead.writeUInt16BE(0x81ff)
frameHead.writeBigUInt64BE(BigInt(30 * 1024 * 1024), 2)

/** Opens a WebSocket without a client. @returns what the hub says to it */
async function upgrade(headers: Record<string, string>) {
  const socket = connectTcp(Number(new URL(test.origin).port), '127.0.0.1')
  socket.on('error', () => undefined)
  const lines = [
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
    'Host: palate',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: cGFsYXRlLXBhbGF0ZS1wYQ==',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  const head = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))))
  return { socket, head }
}

it.each(['websocket', 'polling'])('an agent sends large messages by %s', async (transport) => {
  const { agentId, credential, ...first } = await connectAgent(test.origin, fixture.owner)
  first.socket.disconnect()
  expect(agentId).toMatch(/^agent_/)
  const socket = io(`${test.origin}/agent`, {
    auth: { credential },
    transports: [transport],
    reconnection: false,
    forceNew: true,
  })
  await connected(socket)
  const lines = Buffer.alloc(20 * 1024 * 1024, 'x')
  const reply: unknown = await socket
    .timeout(60_000)
    .emitWithAck('run-lines', { runId: 'r', attemptId: 'a', epoch: 1, lines })
  expect(reply).toHaveProperty('error')
  expect(socket.connected).toBe(true)
  socket.disconnect()
})
