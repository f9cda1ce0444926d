import { DomainError, type Logger } from '@palate/core'
import type { Socket } from 'socket.io'
import type { z } from 'zod'
import { toErrorResponse } from '../error-response'

/**
 * Handles one event: parse, do, acknowledge. An error goes back as `{error: {code, message, remedy?}}`; a peer whose
 * credential was revoked meanwhile is shown out.
 */
export function answer<Schema extends z.ZodType>(
  socket: Socket,
  event: string,
  schema: Schema,
  log: Logger,
  act: (input: z.output<Schema>) => Promise<unknown>,
): void {
  socket.on(event, async (raw: unknown, ack: unknown) => {
    const reply = typeof ack === 'function' ? (ack as (value: unknown) => void) : () => undefined
    try {
      reply(await act(schema.parse(raw)))
    } catch (error) {
      reply({ error: toErrorResponse(error, log, event) })
      if (error instanceof DomainError && error.code === 'unauthenticated') socket.disconnect(true)
    }
  })
}
