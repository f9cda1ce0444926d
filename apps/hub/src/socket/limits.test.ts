import { limits } from '@palate/config'
import { createLiveTicket } from '@palate/core'
import { createWorkspaceFixture } from '@palate/core/testing'
import { io, type Socket } from 'socket.io-client'
import { expect, it } from 'vitest'
import { connect, connectAgent } from '../testing/agent'
import { startTestHub, until } from '../testing/hub'

const test = await startTestHub()
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
