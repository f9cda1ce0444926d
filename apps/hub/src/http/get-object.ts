import { type Deps, DomainError, mayReadObject, mayServeObject } from '@palate/core'
import { contentKey } from '@palate/storage'
import type { Context } from 'hono'
import { bearerOf } from './bearer'
import { sendObject } from './send-object'

/** GET /files/objects/:sha256: an input of a leased run, or weights to serve, for the agent whose ticket names them. */
export async function getObject(c: Context, deps: Deps): Promise<Response> {
  const sha256 = c.req.param('sha256') ?? ''
  const token = bearerOf(c)
  if (!/^[0-9a-f]{64}$/.test(sha256) || !(await mayRead(deps, token, sha256)))
    throw new DomainError('not_found', 'There is no such file for this ticket.')
  return sendObject(c, deps.storage, contentKey(sha256), { 'content-type': 'application/octet-stream' })
}

/** A serve ticket lists its objects and closes with its agent's credential; a lease's close with the attempt. */
async function mayRead(deps: Deps, token: string, sha256: string): Promise<boolean> {
  const serve = await deps.tickets.verify('serve', token).catch(passOver)
  if (serve) return mayServeObject(deps, serve, sha256)
  return mayReadObject(deps, await deps.tickets.verify('lease', token), sha256)
}

function passOver(error: unknown): null {
  if (error instanceof DomainError && error.code === 'unauthenticated') return null
  throw error
}
