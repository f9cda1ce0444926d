import { DomainError } from '@palate/core'
import type { Context } from 'hono'

/** @throws DomainError `unauthenticated` without a Bearer token */
export function bearerOf(c: Context): string {
  const token = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1]
  if (token) return token
  throw new DomainError(
    'unauthenticated',
    'This address needs a ticket in the header Authorization: Bearer ….',
  )
}
