import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { Disk } from 'flydrive'
import { S3Driver } from 'flydrive/drivers/s3'
import { missing } from './error'
import { checkKey } from './key'
import { type Received, receive, writeFlushed } from './receive'
import { contentKey, type ObjectStore, type StoredObject } from './store'

export interface S3Config {
  kind: 's3'
  bucket: string
  region: string
  /** For S3-compatible stores; AWS itself needs none. */
  endpoint?: string
  accessKeyId: string
  secretAccessKey: string
  /** The folder in which bodies are staged; created if it is missing. */
  temporaryFolder: string
}

const target = { what: 'The file', place: "the hub's temporary folder (PALATE_TEMPORARY)" }

/**
 * Objects in a bucket. A body is staged in a local file, because S3 wants its length beforehand and a content key
 * needs the hash; one PutObject then publishes it whole (at most 5 GiB, S3's limit for one request).
 */
export function openS3Store(config: S3Config): ObjectStore {
  const client = new S3Client({
    region: config.region,
    endpoint: config.endpoint,
    forcePathStyle: config.endpoint !== undefined,
    credentials: { accessKeyId: config.accessKeyId, secretAccessKey: config.secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED', // compatible stores refuse the SDK's chunked checksums
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const disk = new Disk(
    new S3Driver({ client, bucket: config.bucket, visibility: 'private', supportsACL: false }),
  )
  const staging = join(config.temporaryFolder, 's3')

  async function withStagingFile<Result>(use: (path: string) => Promise<Result>): Promise<Result> {
    const path = join(staging, randomUUID())
    try {
      return await use(path)
    } finally {
      await rm(path, { force: true }).catch(() => undefined)
    }
  }

  const store = (body: Readable | Uint8Array, keyOf: (received: Received) => string) =>
    withStagingFile(async (path) => {
      const received = await receive(body, (stream) => writeFlushed(path, stream, target))
      const key = keyOf(received)
      await disk.putStream(key, createReadStream(path), { contentLength: received.sizeBytes })
      return { key, ...received } satisfies StoredObject
    })

  async function read(key: string, range?: { start: number; end: number }): Promise<Readable> {
    if (!(await disk.exists(checkKey(key)))) throw missing(key)
    const { Body } = await client.send(
      new GetObjectCommand({
        Bucket: config.bucket,
        Key: key,
        Range: range ? `bytes=${range.start}-${range.end}` : undefined,
      }),
    )
    if (!(Body instanceof Readable)) throw missing(key)
    return Body
  }

  return {
    putContent: (body) => store(body, ({ sha256 }) => contentKey(sha256)),
    put: async (key, body) => {
      checkKey(key)
      return store(body, () => key)
    },
    stream: read,
    size: async (key) => {
      if (!(await disk.exists(checkKey(key)))) throw missing(key)
      return (await disk.getMetaData(key)).contentLength
    },
    exists: async (key) => disk.exists(checkKey(key)),
    remove: async (key) => disk.delete(checkKey(key)),
    withLocalFile: (key, use) =>
      withStagingFile(async (path) => {
        await writeFlushed(path, await read(key), target)
        return use(path)
      }),
    async removeStale(olderThanMs) {
      await mkdir(staging, { recursive: true, mode: 0o700 })
      let removed = 0
      for (const name of await readdir(staging)) {
        const { mtimeMs } = await stat(join(staging, name))
        if (Date.now() - mtimeMs < olderThanMs) continue
        await rm(join(staging, name), { force: true })
        removed += 1
      }
      return removed
    },
  }
}
