import type { IncomingMessage } from 'node:http'
import { type Readable, Transform } from 'node:stream'
import type { HttpBindings } from '@hono/node-server'
import { completeUpload, type Deps, DomainError, openUpload, verifyHeldTicket } from '@palate/core'
import type { Context } from 'hono'
import { z } from 'zod'
import { bearerOf } from './request'

export const UploadResult = z.object({
  uploadId: z.string(),
  sizeBytes: z.int().nonnegative(),
  sha256: z.string(),
})

/** The bytes go straight into the store; a connection that breaks leaves nothing behind. */
export async function putUpload(c: Context<{ Bindings: HttpBindings }>, deps: Deps): Promise<Response> {
  const claims = await verifyHeldTicket(deps, 'upload', bearerOf(c))
  if (claims.uploadId !== c.req.param('uploadId'))
    throw new DomainError('forbidden', 'This ticket is for another upload.')
  const { storageKey, sizeBytes } = await openUpload(deps, claims)
  const stored = await deps.storage.put(storageKey, takeAtMost(c.env.incoming, sizeBytes))
  return c.json((await completeUpload(deps, claims, stored)) satisfies z.infer<typeof UploadResult>)
}

/**
 * A body that is longer than announced is refused before it fills the disk. The rest is read and dropped: a client that
 * is still sending does not read, and would see a broken connection instead of the error.
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
      body.destroy(new DomainError('invalid', 'The upload was interrupted.', 'Send it again.'))
  })
  return incoming.pipe(body)
}
