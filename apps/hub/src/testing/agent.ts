import { createEnrollmentCode, type ServiceContext } from '@palate/core'
import { type AgentHello, EnrollResponse, HelloReply } from '@palate/protocol'
import { io, type Socket } from 'socket.io-client'
import { afterAll } from 'vitest'

const hello: AgentHello = {
  protocol: { min: 1, max: 1 },
  version: '0.0.0',
  labels: [],
  kinds: ['pretrain', 'sft', 'dpo', 'generate'],
  hardware: { hostname: 'test', cpuModel: 'test', cpuCores: 2, memoryBytes: 1, gpus: [] },
  running: [],
  serving: true,
  draining: false,
}

export interface TestAgent {
  agentId: string
  credential: string
  socket: Socket
  ask(event: string, payload: unknown): Promise<unknown>
  hello(more?: Partial<AgentHello>): Promise<HelloReply>
}

/** A peer that speaks the agent's protocol: enrolled with a real code over HTTP, connected by a real socket. */
export async function connectAgent(origin: string, owner: ServiceContext): Promise<TestAgent> {
  const { code } = await createEnrollmentCode(owner)
  const response = await postJson(`${origin}/files/agents/enroll`, { code, name: 'machine' })
  const { agentId, credential } = EnrollResponse.parse(await response.json())
  return openAgent(origin, agentId, credential)
}

export async function openAgent(origin: string, agentId: string, credential: string): Promise<TestAgent> {
  const socket = connect(`${origin}/agent`, { credential })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  const ask = (event: string, payload: unknown): Promise<unknown> =>
    socket.timeout(120_000).emitWithAck(event, payload)
  return {
    ...{ agentId, credential, socket, ask },
    hello: async (more = {}) => HelloReply.parse(await ask('hello', { ...hello, ...more })),
  }
}

const sockets: Socket[] = []
afterAll(() => {
  for (const socket of sockets) socket.disconnect()
})

/** A socket without reconnection, closed when the test file is done. */
export function connect(url: string, auth: Record<string, string>): Socket {
  const socket = io(url, { auth, reconnection: false, transports: ['websocket'], forceNew: true })
  sockets.push(socket)
  return socket
}

export function postJson(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}
