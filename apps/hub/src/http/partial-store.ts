import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { writingTo } from '@palate/config'
import { FileStore } from '@tus/file-store'
import type { Upload } from '@tus/server'

const target = { what: 'The upload', place: "the hub's folder of uploads in progress (in PALATE_STORAGE)" }

/** tus's folder of uploads in progress, except that an error of the disk keeps its reason. */
export class PartialStore extends FileStore {
  override async create(upload: Upload): Promise<Upload> {
    try {
      return await writingTo(target, () => super.create(upload))
    } catch (error) {
      for (const name of [upload.id, `${upload.id}.json`])
        await rm(join(this.directory, name), { force: true }).catch(() => undefined)
      throw error
    }
  }

  /** What was written before the disk was full stays: the upload goes on behind it. */
  override async write(body: Readable, id: string, offset: number): Promise<number> {
    const file = await writingTo(target, () => open(join(this.directory, id), 'a'))
    let size = offset
    const sink = new Writable({
      // Named here already: tus passes on the error that its own streams see first.
      write(chunk: Buffer, _encoding, done) {
        writingTo(target, () => file.appendFile(chunk)).then(() => {
          size += chunk.byteLength
          done()
        }, done)
      },
    })
    try {
      await pipeline(body, sink)
      return size
    } finally {
      await file.close()
    }
  }
}
