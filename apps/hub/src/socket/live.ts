import type { Deps } from '@palate/core'
import type { Namespace } from 'socket.io'
import { rejectConnection } from './reject-connection'

/** Namespace /live: browsers, each in the room of the workspace that its ticket names. They only listen. */
export function openLiveNamespace(namespace: Namespace, deps: Deps): void {
  namespace.use(async (socket, next) => {
    const { ticket } = socket.handshake.auth as { ticket?: unknown }
    try {
      const { workspaceId } = await deps.tickets.verify('live', typeof ticket === 'string' ? ticket : '')
      await socket.join(workspaceId)
      next()
    } catch (error) {
      next(rejectConnection(error, deps.log, '/live'))
    }
  })
}
