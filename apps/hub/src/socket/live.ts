import { type Deps, DomainError, findListening, type Listener } from '@palate/core'
import type { Namespace, Socket } from 'socket.io'
import { admit, textOf } from './admit'
import type { ConnectionLimits } from './connection-limits'

/** How soon a socket is closed after its person left the workspace, signed out or lost their key. */
const checkEveryMs = 700

/**
 * Namespace /live: browsers, each in the room of the workspace that its ticket names. They only listen. Each hub asks
 * more than once a second who may still listen to it: that needs no notice, which could be missed.
 *
 * @returns ends the checks
 */
export function openLiveNamespace(namespace: Namespace, deps: Deps, bounds: ConnectionLimits): () => void {
  admit(namespace, deps.log, async (socket, { ticket }) => {
    const listener = await deps.tickets.verify('live', textOf(ticket))
    const [allowed] = await findListening(deps, [listener])
    if (!allowed) throw new DomainError('unauthenticated', 'This session has ended.', 'Sign in again.')
    socket.data.listener = listener
    bounds.authenticated(socket)
    await socket.join(listener.workspaceId)
  })
  let busy = false
  const timer = setInterval(async () => {
    if (busy) return
    busy = true
    try {
      await disconnectSilenced(namespace, deps)
    } catch (error) {
      deps.log.warn({ error: String(error) }, 'not checked who may listen')
    } finally {
      busy = false
    }
  }, checkEveryMs)
  return () => clearInterval(timer)
}

async function disconnectSilenced(namespace: Namespace, deps: Deps): Promise<void> {
  const held = [...namespace.sockets.values()].map((socket) => ({ socket, ...listenerOf(socket) }))
  const allowed = new Set(await findListening(deps, held))
  for (const one of held) if (!allowed.has(one)) one.socket.disconnect(true)
}

const listenerOf = (socket: Socket) => socket.data.listener as Listener
