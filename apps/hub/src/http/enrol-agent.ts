import { type Deps, enrolAgent } from '@palate/core'
import { EnrolRequest } from '@palate/protocol'
import type { Context } from 'hono'
import { readJson } from './json-body'

/** POST /files/agents/enrol: a one-use code for a credential. */
export async function postEnrol(c: Context, deps: Deps): Promise<Response> {
  return c.json(await enrolAgent(deps, await readJson(c, EnrolRequest, 4096)))
}
