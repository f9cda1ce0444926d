import type { HttpBindings } from '@hono/node-server'
import { type Deps, DomainError, storeArtifact } from '@palate/core'
import type { Context } from 'hono'
import { bearerOf } from './bearer'

/** PUT /files/attempts/:attemptId/artifacts?path=&role=: a file of an attempt, checked against `x-palate-sha256`. */
export async function putArtifact(c: Context<{ Bindings: HttpBindings }>, deps: Deps): Promise<Response> {
  const lease = await deps.tickets.verify('lease', bearerOf(c))
  if (lease.attemptId !== c.req.param('attemptId'))
    throw new DomainError('forbidden', 'This ticket is for another attempt.')
  const stored = await storeArtifact(deps, lease, {
    path: c.req.query('path') ?? '',
    role: c.req.query('role') ?? '',
    sha256: c.req.header('x-palate-sha256') ?? '',
    stream: c.env.incoming,
  })
  return c.json(stored)
}
