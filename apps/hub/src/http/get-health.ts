import type { Deps } from '@palate/core'
import type { Context } from 'hono'

/** GET /files/health: the hub is well when its database answers. */
export async function getHealth(c: Context, deps: Deps): Promise<Response> {
  await deps.sql`select 1`
  return c.json({ ok: true })
}
