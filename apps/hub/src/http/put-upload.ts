import { Transform } from 'node:stream'
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
  const body = c.env.incoming.pipe(atMost(sizeBytes))
  c.env.incoming.once('error', (error) => body.destroy(error))
  c.env.incoming.once('close', () => {
    if (!c.env.incoming.complete)
      body.destroy(new DomainError('invalid', 'The upload broke off.', 'Send it again.'))
  })
  return c.json(await completeUpload(deps, claims, await deps.storage.put(storageKey, body)))
}

/** Breaks off a body that is longer than announced instead of filling the disk with it. */
function atMost(sizeBytes: number): Transform {
  let seen = 0
  return new Transform({
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
}
