import { type PassThrough, Readable } from 'node:stream'
import { limits } from '@palate/config'
import { type Deps, type OpenedExport, openExport, verifyHeldTicket } from '@palate/core'
import type { ObjectStore } from '@palate/storage'
import type { Context } from 'hono'
import { ZipFile } from 'yazl'
import { RateLimited } from '../chat/rate-limit'
import { parseRange } from './download'

let open = 0

/**
 * An export of a model as a zip: streamed out of the object store and stored without compression, because weights do
 * not compress. Its length is known before, so that a browser shows how much is left, and the same model gives the same
 * bytes, so that a download goes on where it was cut: what comes before is read again here, but not sent.
 */
export async function getExport(c: Context, deps: Deps): Promise<Response> {
  const claims = await verifyHeldTicket(deps, 'export', c.req.param('ticket') ?? '')
  const opened = await openExport(deps, claims)
  const headers = {
    'content-type': 'application/zip',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(`${opened.name}.zip`)}`,
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
    etag: `"${opened.sha256}"`,
  }
  if (c.req.method === 'HEAD') return c.body(null, 200, headers)
  if (open >= limits.export.atOnce)
    throw new RateLimited(`${limits.export.atOnce} exports are being downloaded already.`, 60)
  const { stream, sizeBytes } = await zip(deps.storage, opened)
  open += 1
  stream.once('close', () => {
    open -= 1
  })
  const range = isSame(c.req.header('if-range'), headers.etag)
    ? parseRange(c.req.header('range'), sizeBytes)
    : null
  if (range === 'unsatisfiable') {
    stream.destroy()
    return c.body(null, 416, { 'content-range': `bytes */${sizeBytes}` })
  }
  if (!range)
    return c.body(Readable.toWeb(stream) as ReadableStream, 200, {
      ...headers,
      'content-length': String(sizeBytes),
    })
  const { start, end } = range
  const part = Readable.from(cut(stream, range), { objectMode: false })
  return c.body(Readable.toWeb(part) as ReadableStream, 206, {
    ...headers,
    'content-length': String(end - start + 1),
    'content-range': `bytes ${start}-${end}/${sizeBytes}`,
  })
}

const isSame = (asked: string | undefined, etag: string) => asked === undefined || asked === etag

/** The bytes of a stream from one position to another, both included; then, or when nobody reads on, it is closed. */
async function* cut(
  stream: Readable,
  { start, end }: { start: number; end: number },
): AsyncGenerator<Buffer> {
  let at = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const wanted = chunk.subarray(Math.max(0, start - at), Math.max(0, end + 1 - at))
    at += chunk.length
    if (wanted.length > 0) yield wanted
    if (at > end) return
  }
}

async function zip(
  storage: ObjectStore,
  { name, entries, modifiedAt }: OpenedExport,
): Promise<{ stream: Readable; sizeBytes: number }> {
  const file = new ZipFile()
  const stream = file.outputStream as PassThrough
  file.on('error', (error: Error) => stream.destroy(error))
  for (const entry of entries) {
    const options = { mtime: modifiedAt, mode: 0o100644, compress: false }
    const path = `${name}/${entry.path}`
    if ('text' in entry) file.addBuffer(Buffer.from(entry.text), path, options)
    else
      file.addReadStreamLazy(path, { ...options, size: entry.sizeBytes }, (done) => {
        const opened = openSource(storage, entry.storageKey, stream)
        opened.then((source) => done(null, source)).catch((error: Error) => stream.destroy(error))
      })
  }
  const sizeBytes = await new Promise<number>((resolve) =>
    file.end(undefined, ((size: number) => resolve(size)) as () => void),
  )
  return { stream, sizeBytes }
}

/** A file of the store. Its failure ends the zip, and a client that leaves early closes the file. */
async function openSource(storage: ObjectStore, key: string, zip: PassThrough): Promise<Readable> {
  const source = await storage.stream(key)
  const stop = () => source.destroy()
  source.on('error', (error) => zip.destroy(error))
  source.once('close', () => zip.off('close', stop))
  zip.once('close', stop)
  if (zip.destroyed) stop()
  return source
}
