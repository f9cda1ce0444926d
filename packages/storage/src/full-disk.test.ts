import { randomBytes } from 'node:crypto'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { mountSmallDisk, withoutSmallDisk } from '@palate/config/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ObjectStore, openObjectStore } from './index'

const disk = mountSmallDisk(2)
const mebibyte = 1024 * 1024
const large = () => Readable.from(Array.from({ length: 40 }, () => randomBytes(mebibyte / 10)))

/** A bucket that takes everything: only the local disk may fail. */
function startBucket(): Promise<{ endpoint: string; server: Server; keys: Set<string> }> {
  const keys = new Set<string>()
  const server = createServer(async (request, response) => {
    await buffer(request)
    const { pathname } = new URL(request.url ?? '', 'http://bucket')
    if (request.method === 'PUT') keys.add(pathname)
    response.writeHead(keys.has(pathname) ? 200 : 404, { etag: '"1"' }).end()
  })
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' ? address?.port : 0
      resolve({ endpoint: `http://127.0.0.1:${port}`, server, keys })
    }),
  )
}

let bucket: Awaited<ReturnType<typeof startBucket>>
beforeAll(async () => {
  bucket = await startBucket()
})
afterAll(() => {
  bucket.server.close()
  disk?.unmount()
})

const root = disk?.path ?? ''
const kinds: [string, string, () => Promise<ObjectStore>][] = [
  [
    'a folder',
    "the hub's object store (PALATE_STORAGE)",
    () => openObjectStore({ kind: 'folder', root: join(root, 'objects') }),
  ],
  [
    'a bucket',
    "the hub's temporary folder (PALATE_TEMPORARY)",
    () =>
      openObjectStore({
        ...{ kind: 's3', bucket: 'bucket', region: 'eu-central-1', endpoint: bucket.endpoint },
        ...{ accessKeyId: 'cook', secretAccessKey: 'secret', temporaryFolder: root },
      }),
  ],
]

const files = async () =>
  (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)

describe.skipIf(!disk).each(kinds)(
  `%s on a small disk${disk ? '' : withoutSmallDisk}`,
  (_kind, place, open) => {
    beforeEach(async () => {
      for (const name of await readdir(root)) await rm(join(root, name), { recursive: true })
    })

    it('names a full disk, keeps nothing half-stored, and works when there is room again', async () => {
      const store = await open()
      const full = { message: `The file could not be written: the disk of ${place} is full.` }
      await expect(store.putContent(large())).rejects.toMatchObject(full)
      await expect(store.put('uploads/large', large())).rejects.toMatchObject({
        ...full,
        remedy: 'Free some space there, then try again.',
      })
      expect(await store.exists('uploads/large')).toBe(false)
      expect(await files()).toEqual([])
      await writeFile(join(root, 'other'), randomBytes(2 * mebibyte - 8192))
      const body = randomBytes(mebibyte)
      await expect(store.putContent(body)).rejects.toMatchObject(full)
      await rm(join(root, 'other'))
      const { key } = await store.putContent(body)
      expect(await store.exists(key)).toBe(true)
    })

    it('names a disk that is read-only', async () => {
      const store = await open()
      disk?.setReadOnly(true)
      try {
        await expect(store.put('uploads/small', randomBytes(100))).rejects.toMatchObject({
          message: `The file could not be written: the disk of ${place} is read-only.`,
          remedy: 'Mount that disk for writing, then try again.',
        })
      } finally {
        disk?.setReadOnly(false)
      }
    })

    it('passes on an error of the body that has a code of the disk', async () => {
      const store = await open()
      const denied = Object.assign(new Error('the source is closed'), { code: 'EACCES', syscall: 'read' })
      const body = Readable.from(
        (async function* () {
          yield randomBytes(1000)
          throw denied
        })(),
      )
      await expect(store.putContent(body)).rejects.toBe(denied)
    })
  },
)
