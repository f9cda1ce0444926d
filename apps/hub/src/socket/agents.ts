import { type AgentContext, type Deps, disconnectAgent, resolveAgent, touchAgent } from '@palate/core'
import type { Namespace, Socket } from 'socket.io'
import type { Relay } from '../chat/relay'
import { onDrain } from './on-drain'
import { onHardware } from './on-hardware'
import { onHello } from './on-hello'
import { onLeaseRenewal } from './on-lease-renewal'
import { onLeaseRequest } from './on-lease-request'
import { onRotateCredential } from './on-rotate-credential'
import { onRunEvents } from './on-run-events'
import { rejectConnection } from './reject-connection'

const touchEveryMs = 20_000

/** Namespace /agent: a daemon proves its credential, then speaks the protocol of packages/protocol. */
export function openAgentNamespace(namespace: Namespace, deps: Deps, relay: Relay): void {
  namespace.use(async (socket, next) => {
    const { credential } = socket.handshake.auth as { credential?: unknown }
    try {
      socket.data.agent = await resolveAgent(deps, typeof credential === 'string' ? credential : '')
      next()
    } catch (error) {
      next(rejectConnection(error, deps.log, '/agent'))
    }
  })
  namespace.on('connection', (socket) => connect(socket, socket.data.agent as AgentContext, deps, relay))
}

function connect(socket: Socket, agent: AgentContext, deps: Deps, relay: Relay): void {
  onHello(socket, agent, relay)
  onLeaseRequest(socket, agent)
  onLeaseRenewal(socket, agent)
  onRunEvents(socket, agent)
  onHardware(socket, agent)
  onDrain(socket, agent)
  onRotateCredential(socket, agent)
  socket.on('serve-token', (raw: unknown) => relay.onToken(agent.agentId, raw))
  socket.on('serve-end', (raw: unknown) => relay.onEnd(agent.agentId, raw))
  const note = (task: Promise<unknown>) =>
    task.catch((error: unknown) =>
      deps.log.warn({ agentId: agent.agentId, error: String(error) }, 'presence'),
    )
  const touch = setInterval(
    () => void note(touchAgent(agent).then((known) => known || socket.disconnect(true))),
    touchEveryMs,
  )
  socket.on('disconnect', () => {
    clearInterval(touch)
    const { helloAt } = socket.data as { helloAt?: Date }
    if (relay.leave(socket, agent.agentId) && helloAt) void note(disconnectAgent(agent, helloAt))
  })
}
