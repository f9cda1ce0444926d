import { type AgentContext, isStillEnrolled, type Logger } from '@palate/core'
import type { AgentNotice } from '@palate/protocol'
import type { Namespace, Socket } from 'socket.io'
import type { Relay } from '../chat/relay'

/** Many runs queued at once wake the agents once. */
const workEveryMs = 50

export interface AgentTeller {
  tell(notice: AgentNotice): void
  /** Looks at every socket again: notices may have been missed. */
  checkAll(): void
  stop(): void
}

/** Passes notices on to the agents whose sockets this hub holds. */
export function openAgentTeller(agents: Namespace, relay: Relay, log: Logger): AgentTeller {
  let waiting: ReturnType<typeof setTimeout> | null = null
  const wakeAll = () => {
    waiting ??= setTimeout(() => {
      waiting = null
      for (const { socket } of relay.connected()) socket.emit('work')
    }, workEveryMs)
  }
  const check = (socket: Socket) =>
    void showOut(socket).catch((error: unknown) =>
      log.warn({ agentId: agentOf(socket).agentId, error: String(error) }, 'enrolment not checked'),
    )
  const held = (agentId: string | null) =>
    [...agents.sockets.values()].filter((socket) => agentId === null || agentOf(socket).agentId === agentId)
  return {
    tell({ about, agentId, attemptId }) {
      if (about === 'work' && agentId === null) return wakeAll()
      if (about === 'revoked') return held(agentId).forEach(check)
      for (const socket of held(agentId)) {
        if (about === 'cancel') attemptId && socket.emit('cancel', { attemptId })
        else socket.emit(about)
      }
    },
    checkAll: () => held(null).forEach(check),
    stop: () => void (waiting && clearTimeout(waiting)),
  }
}

const agentOf = (socket: Socket) => socket.data.agent as AgentContext

/** Closes the line of one that was revoked, or that came in with a credential that was replaced since. */
async function showOut(socket: Socket): Promise<void> {
  if (!(await isStillEnrolled(agentOf(socket)))) socket.disconnect(true)
}
