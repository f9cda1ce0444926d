import { type AgentContext, isStillEnrolled, type Logger } from '@palate/core'
import type { AgentNotice } from '@palate/protocol'
import type { Namespace, Socket } from 'socket.io'
import type { Relay } from '../chat/relay'

/** Many runs queued at once wake the agents once. */
const workEveryMs = 50

export interface AgentNotifier {
  notify(notice: AgentNotice): void
  /** Checks every socket: notices may have been missed. */
  checkAll(): void
  stop(): void
}

/** Passes notices on to the agents whose sockets this hub holds. */
export function openAgentNotifier(agents: Namespace, relay: Relay, log: Logger): AgentNotifier {
  const waiting = new Map<string, ReturnType<typeof setTimeout>>()
  /** @param workspaceId '' for those of all workspaces */
  const wake = (workspaceId: string) => {
    if (waiting.has(workspaceId)) return
    const timer = setTimeout(() => {
      waiting.delete(workspaceId)
      for (const { socket, agent } of relay.connected())
        if (workspaceId === '' || agent.workspaceId === workspaceId) socket.emit('work')
    }, workEveryMs)
    waiting.set(workspaceId, timer)
  }
  const check = (socket: Socket) =>
    void disconnectRevoked(socket).catch((error: unknown) =>
      log.warn({ agentId: agentOf(socket).agentId, error: String(error) }, 'enrollment not checked'),
    )
  const held = (agentId: string | null) =>
    [...agents.sockets.values()].filter((socket) => agentId === null || agentOf(socket).agentId === agentId)
  return {
    notify({ about, agentId, workspaceId = '', attemptId, afterStep }) {
      if (about === 'work' && agentId === null) return wake(workspaceId)
      if (about === 'revoked') return held(agentId).forEach(check)
      for (const socket of held(agentId)) {
        if (about === 'cancel') attemptId && socket.emit('cancel', { attemptId })
        else if (about === 'stop') attemptId && socket.emit('stop', { attemptId, afterStep })
        else socket.emit(about)
      }
    },
    checkAll: () => held(null).forEach(check),
    stop() {
      for (const timer of waiting.values()) clearTimeout(timer)
    },
  }
}

const agentOf = (socket: Socket) => socket.data.agent as AgentContext

/** Closes the socket of an agent that was revoked, or that connected with a credential that was replaced since. */
async function disconnectRevoked(socket: Socket): Promise<void> {
  if (!(await isStillEnrolled(agentOf(socket)))) socket.disconnect(true)
}
