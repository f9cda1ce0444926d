import { type Deps, enrollAgent } from '@palate/core'
import { EnrollRequest } from '@palate/protocol'
import type { Context } from 'hono'
import { readJson } from './json-body'

/** POST /files/agents/enroll: a one-use code for a credential. */
export async function postEnroll(c: Context, deps: Deps): Promise<Response> {
  return c.json(await enrollAgent(deps, await readJson(c, EnrollRequest, 4096)))
}
