import type { Logger } from '@palate/core'
import type { Namespace, Socket } from 'socket.io'
import { toErrorResponse } from '../error-response'

/** Authenticates each connection. A refused client gets `connect_error` with a sentence, and code and remedy in `data`. */
export function admit(
  namespace: Namespace,
  log: Logger,
  authenticate: (socket: Socket, auth: Record<string, unknown>) => Promise<void>,
): void {
  namespace.use(async (socket, next) => {
    try {
      await authenticate(socket, socket.handshake.auth)
      next()
    } catch (error) {
      const data = toErrorResponse(error, log, namespace.name)
      const sentence = [data.message, data.remedy].filter(Boolean).join(' ')
      next(Object.assign(new Error(sentence), { data }))
    }
  })
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
