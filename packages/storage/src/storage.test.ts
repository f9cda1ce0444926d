import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contentKey, type ObjectStore, openObjectStore } from './index'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const breaking = () =>
  Readable.from(
    (async function* () {
      yield randomBytes(100_000)
      throw new Error('the line was cut')
    })(),
  )

/** The four verbs of S3's REST interface that we use, over real HTTP, in memory. */
async function startBucket(): Promise<{ endpoint: string; objects: Map<string, Buffer>; server: Server }> {
  const objects = new Map<string, Buffer>()
  const server = createServer(async (request, response) => {
    const key = new URL(request.url ?? '', 'http://bucket').pathname.replace('/bucket/', '')
    const body = await buffer(request)
    if (request.method === 'PUT') {
      objects.set(key, body)
      return response.writeHead(200, { etag: '"1"' }).end()
    }
    const found = objects.get(key)
    if (request.method === 'DELETE') {
      objects.delete(key)
      return response.writeHead(204).end()
    }
    if (!found) return response.writeHead(404).end()
    const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '')
    const part = range ? found.subarray(Number(range[1]), Number(range[2]) + 1) : found
    const headers = {
      'content-length': part.byteLength,
      'last-modified': new Date(0).toUTCString(),
      etag: '"1"',
    }
    response.writeHead(range ? 206 : 200, headers).end(request.method === 'HEAD' ? undefined : part)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('no port')
  return { endpoint: `http://127.0.0.1:${address.port}`, objects, server }
}

let root: string
let bucket: Awaited<ReturnType<typeof startBucket>>
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'palate-storage-'))
  bucket = await startBucket()
})
afterAll(async () => {
  bucket.server.close()
  await rm(root, { recursive: true, force: true })
})

const kinds: [string, () => Promise<ObjectStore>, () => Promise<string[]>][] = [
  [
    'a folder',
    () => openObjectStore({ kind: 'folder', root }),
    async () =>
      (await readdir(root, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name),
  ],
  [
    'a bucket',
    () =>
      openObjectStore({
        kind: 's3',
        bucket: 'bucket',
        region: 'eu-central-1',
        endpoint: bucket.endpoint,
        accessKeyId: 'cook',
        secretAccessKey: 'secret',
        temporaryFolder: root,
      }),
    async () => [...bucket.objects.keys()],
  ],
]

describe.each(kinds)('%s', (_name, open, list) => {
  it('keeps content under its hash, once', async () => {
    const store = await open()
    const bytes = randomBytes(300_000)
    const first = await store.putContent(Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]))
    expect(first).toEqual({ key: contentKey(sha256(bytes)), sha256: sha256(bytes), sizeBytes: 300_000 })
    const before = (await list()).length
    expect(await store.putContent(bytes)).toEqual(first)
    expect((await list()).length).toBe(before)
    expect((await buffer(await store.stream(first.key))).equals(bytes)).toBe(true)
    expect(await store.size(first.key)).toBe(300_000)
    expect((await store.withLocalFile(first.key, (path) => readFile(path))).equals(bytes)).toBe(true)
  })

  it('gives a range with both ends', async () => {
    const store = await open()
    const { key } = await store.put('uploads/range', Readable.from([Buffer.from('0123456789')]))
    expect((await buffer(await store.stream(key, { start: 2, end: 4 }))).toString()).toBe('234')
  })

  it('leaves nothing of a body that breaks off, and keeps what was there', async () => {
    const store = await open()
    await store.put('uploads/kept', Buffer.from('before'))
    const before = (await list()).sort()
    await expect(store.put('uploads/kept', breaking())).rejects.toThrow('the line was cut')
    await expect(store.putContent(breaking())).rejects.toThrow('the line was cut')
    expect((await list()).sort()).toEqual(before)
    expect((await buffer(await store.stream('uploads/kept'))).toString()).toBe('before')
  })

  it('survives a body that breaks before anything was read of it', async () => {
    const store = await open()
    const body = new Readable({ read: () => undefined })
    const stored = store.putContent(body)
    body.destroy(new Error('the line was cut'))
    await expect(stored).rejects.toThrow('the line was cut')
  })

  it('keeps an empty body, removes twice, and names what is missing', async () => {
    const store = await open()
    const { key, sizeBytes } = await store.put('uploads/empty', Readable.from([]))
    expect(sizeBytes).toBe(0)
    expect(await store.exists(key)).toBe(true)
    await store.remove(key)
    await store.remove(key)
    expect(await store.exists(key)).toBe(false)
    await expect(store.stream(key)).rejects.toMatchObject({ code: 'missing' })
    await expect(store.size(key)).rejects.toMatchObject({ code: 'missing' })
  })

  it.each(['../outside', '/etc/passwd', 'a//b', 'a/../../b', '', 'tmp/x', 'a/.hidden', 'a\\b', 'a/\0'])(
    'refuses the key %j',
    async (key) => {
      const store = await open()
      await expect(store.put(key, Buffer.from('x'))).rejects.toMatchObject({ code: 'invalid_key' })
      await expect(store.stream(key)).rejects.toMatchObject({ code: 'invalid_key' })
    },
  )
})

it('a folder loses only the old leftovers of killed writers', async () => {
  const store = await openObjectStore({ kind: 'folder', root })
  await writeFile(join(root, 'tmp', 'old'), 'x')
  await writeFile(join(root, 'tmp', 'new'), 'x')
  await utimes(join(root, 'tmp', 'old'), 0, 0)
  expect(await store.removeStale(3_600_000)).toBe(1)
  expect(await readdir(join(root, 'tmp'))).toEqual(['new'])
})
