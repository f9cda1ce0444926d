import { z } from 'zod'
import type { ErrorBody } from './error'
import type { HttpTools, HubContext } from './route'

const partStates = ['up', 'down'] as const

/** For monitors and the reverse proxy. A part that is down has status 503 and, beside this, an error. */
export const Health = z.object({ ok: z.boolean(), parts: z.object({ database: z.enum(partStates) }) })

export async function getHealth(c: HubContext, { askDatabase }: HttpTools): Promise<Response> {
  c.header('cache-control', 'no-store')
  const problem = await askDatabase()
  const health: Health = { ok: problem === null, parts: { database: problem ? 'down' : 'up' } }
  if (!problem) return c.json(health)
  return c.json({ ...health, error: problem } satisfies Health & z.infer<typeof ErrorBody>, 503)
}

type Health = z.infer<typeof Health>
