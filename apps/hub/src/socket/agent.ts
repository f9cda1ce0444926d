import {
  type AgentContext,
  AttemptMemory,
  claimRun,
  DomainError,
  disconnectAgent,
  drainAgent,
  helloAgent,
  recordCheckpoints,
  recordHardware,
  recordRunLines,
  renewLease,
  rotateCredential,
  touchAgent,
} from '@palate/core'
import {
  AgentHello,
  CheckpointReport,
  DrainNotice,
  HardwareReport,
  LeaseRenewal,
  LeaseRequest,
  RunLines,
  ServeEnd,
  ServeToken,
} from '@palate/protocol'
import type { Socket } from 'socket.io'
import { z } from 'zod'
import type { Relay } from '../chat/relay'
import { toErrorResponse } from '../error-response'

const touchEveryMs = 20_000
/** A little less than the agent's own interval, so that jitter loses no sample. */
const minHardwareGapMs = 4500

interface Connection {
  socket: Socket
  agent: AgentContext
  relay: Relay
  queues: AttemptQueues
  /** Whether the last hardware sample is old enough for another. */
  isHardwareDue: () => boolean
}

/** Requests of an agent: the event, what it must carry, and the verb whose result is the reply. */
const requests = {
  hello: on(z.unknown(), hello),
  'lease-request': on(LeaseRequest, claimRun),
  'lease-renewal': on(LeaseRenewal, renewLease),
  'run-lines': on(RunLines, (agent, chunk, { queues }) =>
    queues.run(chunk.attemptId, (memory) => recordRunLines(agent, chunk, memory)),
  ),
  drain: on(DrainNotice, drainAgent),
  checkpoints: on(CheckpointReport, recordCheckpoints),
  'rotate-credential': on(z.unknown(), rotateCredential),
}

/** Reports of an agent, which get no reply. */
const reports = {
  hardware: on(HardwareReport, async (agent, report, { isHardwareDue }) => {
    if (isHardwareDue()) await recordHardware(agent, report)
  }),
  'serve-token': on(ServeToken, (agent, token, { relay }) => relay.onToken(agent.agentId, token)),
  'serve-end': on(ServeEnd, (agent, end, { relay }) => relay.onEnd(agent.agentId, end)),
}

/** Handles all that an authenticated agent sends until it disconnects. */
export function connectAgent(socket: Socket, agent: AgentContext, relay: Relay): void {
  const isHardwareDue = atMostEvery(minHardwareGapMs)
  const connection = { socket, agent, relay, queues: new AttemptQueues(), isHardwareDue }
  for (const [event, act] of Object.entries(requests)) reply(connection, event, act)
  for (const [event, act] of Object.entries(reports)) receive(connection, event, act)
  trackPresence(connection)
}

type Act = (raw: unknown, connection: Connection) => Promise<unknown>

function on<Schema extends z.ZodType>(
  schema: Schema,
  act: (agent: AgentContext, input: z.output<Schema>, connection: Connection) => unknown,
): Act {
  return async (raw, connection) => act(connection.agent, schema.parse(raw), connection)
}

/** An error goes back as `{error: {code, message, remedy?}}`; an agent that was revoked meanwhile is disconnected. */
function reply(connection: Connection, event: string, act: Act): void {
  const { socket, agent } = connection
  socket.on(event, async (raw: unknown, ack: unknown) => {
    const respond = typeof ack === 'function' ? (ack as (value: unknown) => void) : () => undefined
    try {
      respond((await act(raw, connection)) ?? null)
    } catch (error) {
      respond({ error: toErrorResponse(error, agent.log, event) })
      if (error instanceof DomainError && error.code === 'unauthenticated') socket.disconnect(true)
    }
  })
}

function receive(connection: Connection, event: string, act: Act): void {
  const { socket, agent } = connection
  socket.on(event, (raw: unknown) => {
    act(raw, connection).catch((error: unknown) =>
      agent.log.warn({ agentId: agent.agentId, event, error: String(error) }, 'a report was not recorded'),
    )
  })
}

function atMostEvery(gapMs: number): () => boolean {
  let last = 0
  return () => {
    const now = Date.now()
    if (now - last < gapMs) return false
    last = now
    return true
  }
}

/** From its hello on the agent counts as connected to this hub. `helloAgent` checks the protocol before anything else. */
async function hello(agent: AgentContext, raw: unknown, { socket, relay }: Connection) {
  const at = agent.now()
  const result = await helloAgent({ ...agent, now: () => at }, raw)
  socket.data.helloAt = at
  if (socket.connected) {
    relay.join(socket, agent, AgentHello.parse(raw).serving)
    // Another hub may still hold an older socket of this agent and not know yet that it broke.
    await socket.join(agent.agentId)
    socket.nsp.in(agent.agentId).except(socket.id).disconnectSockets(true)
  }
  return result
}

function trackPresence({ socket, agent, relay }: Connection): void {
  const record = (task: Promise<unknown>) =>
    void task.catch((error: unknown) =>
      agent.log.warn(
        { agentId: agent.agentId, error: String(error) },
        "the agent's presence was not recorded",
      ),
    )
  const touch = setInterval(
    () => record(touchAgent(agent).then((known) => known || socket.disconnect(true))),
    touchEveryMs,
  )
  socket.on('disconnect', () => {
    clearInterval(touch)
    const { helloAt } = socket.data as { helloAt?: Date }
    if (relay.leave(socket, agent.agentId) && helloAt) record(disconnectAgent(agent, helloAt))
  })
}

interface AttemptQueue {
  memory: AttemptMemory
  last: Promise<unknown>
}

/** An agent works on a few attempts at once. An older queue is dropped; its memory is read again when needed. */
const maxQueues = 64

/**
 * The chunks of one agent. Those of one attempt are recorded one after another in the order in which they arrived, each
 * with the memory of the ones before.
 */
class AttemptQueues {
  private readonly queues = new Map<string, AttemptQueue>()

  run<Result>(attemptId: string, work: (memory: AttemptMemory) => Promise<Result>): Promise<Result> {
    const queue = this.queues.get(attemptId) ?? { memory: new AttemptMemory(), last: Promise.resolve() }
    this.queues.delete(attemptId)
    this.queues.set(attemptId, queue)
    const [oldest] = this.queues.keys()
    if (this.queues.size > maxQueues && oldest !== undefined) this.queues.delete(oldest)
    const turn = queue.last.then(() => work(queue.memory))
    queue.last = turn.catch(() => undefined)
    return turn
  }
}
