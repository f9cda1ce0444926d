import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { writingTo } from '@palate/config'
import { Disk } from 'flydrive'
import { FSDriver } from 'flydrive/drivers/fs'
import { missing } from './error'
import { checkKey, temporaryFolder } from './key'
import { type Received, receive, writeFlushed } from './receive'
import { contentKey, type ObjectStore, type StoredObject } from './store'

export interface FolderConfig {
  kind: 'folder'
  root: string
}

const target = { what: 'The file', place: "the hub's object store (PALATE_STORAGE)" }

/**
 * Objects as files below one folder. Writes go to `tmp/` first and are renamed when complete and flushed; flydrive's
 * own `move` copies, and its `putStream` may fail while it still writes.
 */
export function openFolderStore(config: FolderConfig): ObjectStore {
  const root = resolve(config.root)
  const disk = new Disk(new FSDriver({ location: root, visibility: 'private' }))
  const pathOf = (key: string) => join(root, key)

  async function store(body: Readable | Uint8Array, keyOf: (received: Received) => string) {
    const temporary = `${temporaryFolder}/${randomUUID()}`
    try {
      const received = await receive(body, (stream) => writeFlushed(pathOf(temporary), stream, target))
      const key = keyOf(received)
      await writingTo(target, async () => {
        await mkdir(dirname(pathOf(key)), { recursive: true })
        await rename(pathOf(temporary), pathOf(key))
      })
      return { key, ...received } satisfies StoredObject
    } catch (error) {
      // What cannot be removed now is removed later as stale; the reason must reach the caller.
      await rm(pathOf(temporary), { force: true }).catch(() => undefined)
      throw error
    }
  }

  async function find(key: string): Promise<string> {
    if (!(await disk.exists(checkKey(key)))) throw missing(key)
    return pathOf(key)
  }

  return {
    putContent: (body) => store(body, ({ sha256 }) => contentKey(sha256)),
    put: async (key, body) => {
      checkKey(key)
      return store(body, () => key)
    },
    stream: async (key, range) => createReadStream(await find(key), range ?? {}),
    size: async (key) => {
      await find(key)
      return (await disk.getMetaData(key)).contentLength
    },
    exists: async (key) => disk.exists(checkKey(key)),
    remove: async (key) => disk.delete(checkKey(key)),
    withLocalFile: async (key, use) => use(await find(key)),
    async removeStale(olderThanMs) {
      let removed = 0
      for (const file of (await disk.listAll(temporaryFolder)).objects) {
        if (!file.isFile) continue
        const { lastModified } = await disk.getMetaData(file.key)
        if (Date.now() - lastModified.getTime() < olderThanMs) continue
        await disk.delete(file.key)
        removed += 1
      }
      return removed
    },
  }
}
