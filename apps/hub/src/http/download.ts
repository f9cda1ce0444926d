import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  type Deps,
  DomainError,
  findInput,
  mayServeObject,
  requireRunningAttempt,
  verifyHeldTicket,
} from '@palate/core'
import { contentKey, type ObjectStore } from '@palate/storage'
import type { Context } from 'hono'
import { bearerOf } from './request'

const mebibyte = 1024 * 1024
export const maxProbeMebibytes = 64

/** An input of a leased run, or weights to serve, for the agent whose ticket names them. */
export async function getObject(c: Context, deps: Deps): Promise<Response> {
  const sha256 = c.req.param('sha256') ?? ''
  const token = bearerOf(c)
  const key = /^[0-9a-f]{64}$/.test(sha256) ? await findKey(deps, token, sha256) : null
  if (key === null) throw new DomainError('not_found', 'There is no such file for this ticket.')
  return sendObject(c, deps.storage, key, { 'content-type': 'application/octet-stream' })
}

/** A serve ticket lists its objects and ends with its agent's credential; a lease ticket ends with the attempt. */
async function findKey(deps: Deps, token: string, sha256: string): Promise<string | null> {
  const serve = await deps.tickets.verify('serve', token).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === 'unauthenticated') return null
    throw error
  })
  if (serve) return (await mayServeObject(deps, serve, sha256)) ? contentKey(sha256) : null
  return findInput(deps, await deps.tickets.verify('lease', token), sha256)
}

/** A file for a person; the ticket names the object and the name to save it under. */
export async function getDownload(c: Context, deps: Deps): Promise<Response> {
  const { storageKey, filename } = await verifyHeldTicket(deps, 'download', c.req.param('ticket') ?? '')
  return sendObject(c, deps.storage, storageKey, {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(filename)}`,
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
  })
}

/** Random bytes that no proxy can compress, for an attempt that measures its connection to the hub. */
export async function getProbe(c: Context, deps: Deps): Promise<Response> {
  await requireRunningAttempt(deps, await deps.tickets.verify('lease', bearerOf(c)))
  const requested = Number(c.req.param('mebibytes'))
  const count = Math.min(maxProbeMebibytes, Math.max(1, Math.floor(requested) || 1))
  const block = randomBytes(mebibyte)
  const body = Readable.toWeb(Readable.from(Array.from({ length: count }, () => block))) as ReadableStream
  return c.body(body, 200, {
    'content-type': 'application/octet-stream',
    'content-length': String(count * mebibyte),
    'cache-control': 'no-store',
  })
}

/** Streams an object, whole or one range (`bytes=a-b`, `bytes=a-`, `bytes=-n`), so that a download can be resumed. */
async function sendObject(
  c: Context,
  storage: ObjectStore,
  key: string,
  headers: Record<string, string>,
): Promise<Response> {
  const size = await storage.size(key)
  const range = parseRange(c.req.header('range'), size)
  if (range === 'unsatisfiable') return c.body(null, 416, { 'content-range': `bytes */${size}` })
  const length = range ? range.end - range.start + 1 : size
  const common = { ...headers, 'accept-ranges': 'bytes', 'content-length': String(length) }
  if (c.req.method === 'HEAD' || length === 0) return c.body(null, 200, common)
  const stream = Readable.toWeb(await storage.stream(key, range ?? undefined)) as ReadableStream
  if (!range) return c.body(stream, 200, common)
  return c.body(stream, 206, { ...common, 'content-range': `bytes ${range.start}-${range.end}/${size}` })
}

/** An unknown range unit, or several ranges, are ignored, as RFC 9110 §14.2 allows. */
export function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (!match || (!match[1] && !match[2])) return null
  const start = match[1] ? Number(match[1]) : Math.max(0, size - Number(match[2]))
  const end = match[1] && match[2] ? Math.min(Number(match[2]), size - 1) : size - 1
  return start > end ? 'unsatisfiable' : { start, end }
}
