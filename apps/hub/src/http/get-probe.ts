import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { type Deps, requireRunningAttempt } from '@palate/core'
import type { Context } from 'hono'
import { bearerOf } from './bearer'

const mebibyte = 1024 * 1024
const mostMebibytes = 64

/** GET /files/probe/:mebibytes: so many bytes that no line can compress, for an attempt that measures its line to here. */
export async function getProbe(c: Context, deps: Deps): Promise<Response> {
  await requireRunningAttempt(deps, await deps.tickets.verify('lease', bearerOf(c)))
  const wished = Number(c.req.param('mebibytes'))
  const count = Math.min(mostMebibytes, Math.max(1, Math.floor(wished) || 1))
  const block = randomBytes(mebibyte)
  const body = Readable.toWeb(Readable.from(Array.from({ length: count }, () => block))) as ReadableStream
  return c.body(body, 200, {
    'content-type': 'application/octet-stream',
    'content-length': String(count * mebibyte),
    'cache-control': 'no-store',
  })
}
