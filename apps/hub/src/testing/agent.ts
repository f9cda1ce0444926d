import { createEnrollmentCode, type ServiceContext } from '@palate/core'
import {
  type AgentHello,
  EnrollResponse,
  HelloReply,
  Lease,
  type RunKind,
  RunLinesReply,
  type SpooledEvent,
} from '@palate/protocol'
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
  /** Asks for work without holding any. @throws ZodError when there is none */
  lease(kind: RunKind): Promise<Lease>
  /** Sends events of an attempt as the lines of a spool. */
  send(attempt: AttemptRef, events: readonly SpooledEvent[]): Promise<RunLinesReply>
}

type AttemptRef = Pick<Lease, 'runId' | 'attemptId' | 'epoch'>

/** Events as the lines of a spool. */
export function toLines(events: readonly unknown[]): Buffer {
  return Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''))
}

/** A client with the agent's protocol: enrolled with a real code over HTTP, connected by a real socket. */
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
    lease: async (kind) =>
      Lease.parse(await ask('lease-request', { kinds: [kind], freeGpus: [], holding: [] })),
    send: async ({ runId, attemptId, epoch }, events) =>
      RunLinesReply.parse(await ask('run-lines', { runId, attemptId, epoch, lines: toLines(events) })),
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
