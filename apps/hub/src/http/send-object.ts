import { Readable } from 'node:stream'
import type { ObjectStore } from '@palate/storage'
import type { Context } from 'hono'

/**
 * Streams an object; one range (`bytes=a-b`, `bytes=a-`, `bytes=-n`) is compliant, so that a download can go on where
 * it broke off.
 */
export async function sendObject(
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

/** A header that is not understood, or asks for several ranges, is passed over, as RFC 9110 §14.2 allows. */
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
