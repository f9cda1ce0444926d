import type { IncomingMessage } from 'node:http'
import { type Readable, Transform } from 'node:stream'
import type { HttpBindings } from '@hono/node-server'
import { completeUpload, type Deps, DomainError, openUpload } from '@palate/core'
import type { Context } from 'hono'
import { bearerOf } from './bearer'

/** PUT /files/uploads/:uploadId: the bytes go straight into the store; a line that breaks leaves nothing behind. */
export async function putUpload(c: Context<{ Bindings: HttpBindings }>, deps: Deps): Promise<Response> {
  const claims = await deps.tickets.verify('upload', bearerOf(c))
  if (claims.uploadId !== c.req.param('uploadId'))
    throw new DomainError('forbidden', 'This ticket is for another upload.')
  const { storageKey, sizeBytes } = await openUpload(deps, claims)
  const stored = await deps.storage.put(storageKey, takeAtMost(c.env.incoming, sizeBytes))
  return c.json(await completeUpload(deps, claims, stored))
}

/**
 * A body that is longer than announced is refused instead of filling the disk. Its rest is passed over, not cut off:
 * who still sends does not read, and would see a broken line instead of the sentence.
 */
function takeAtMost(incoming: IncomingMessage, sizeBytes: number): Readable {
  let seen = 0
  const body = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.byteLength
      if (seen <= sizeBytes) return done(null, chunk)
      done(
        new DomainError(
          'invalid',
          `The file is longer than the ${sizeBytes} bytes announced.`,
          'Send it again.',
        ),
      )
    },
  })
  body.once('error', () => incoming.unpipe(body).resume())
  incoming.once('error', (error) => body.destroy(error))
  incoming.once('close', () => {
    if (!incoming.complete)
      body.destroy(new DomainError('invalid', 'The upload broke off.', 'Send it again.'))
  })
  return incoming.pipe(body)
}
