import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable, Transform, type TransformCallback } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type DiskTarget, makeFolder, writingTo } from '@palate/config'

export interface Received {
  sha256: string
  sizeBytes: number
}

/**
 * Sends a body through `write` and hashes it on the way. A body that breaks off fails the write, and a write that
 * fails stops the body: neither waits for the other. The body has an error listener from the start, because an error
 * without a listener ends the process.
 */
export async function receive(
  body: Readable | Uint8Array,
  write: (stream: Readable) => Promise<void>,
): Promise<Received> {
  const hash = new HashStream()
  hash.on('error', () => undefined) // a write may fail after a short body has passed, when nothing listens any more
  const source = body instanceof Uint8Array ? Readable.from([body]) : body
  const written = write(hash).catch((error: unknown) => {
    hash.destroy(error instanceof Error ? error : new Error(String(error)))
    throw error
  })
  const [flowed, stored] = await Promise.allSettled([pipeline(source, hash), written])
  // A body that breaks fails the write with its own error; a write that fails only aborts the body.
  if (stored.status === 'rejected') throw stored.reason
  if (flowed.status === 'rejected') throw flowed.reason
  return { sha256: hash.digest(), sizeBytes: hash.sizeBytes }
}

/**
 * Writes a new file and flushes it: a rename publishes a name, not bytes, and a power cut must not leave a named,
 * empty file. After a failure nothing is still writing, so the caller may remove the file.
 *
 * @throws DiskError when the disk does not take the file; what breaks the stream is passed on
 */
export async function writeFlushed(path: string, stream: Readable, target: DiskTarget): Promise<void> {
  await makeFolder(dirname(path), target)
  const file = await writingTo(target, () => open(path, 'wx'))
  try {
    for await (const chunk of stream) await writingTo(target, () => file.appendFile(chunk))
    await writingTo(target, () => file.sync())
  } finally {
    await file.close()
  }
}

/** Passes bytes through, counts them, and computes their SHA-256. */
class HashStream extends Transform {
  readonly #hash = createHash('sha256')
  sizeBytes = 0

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk)
    this.sizeBytes += chunk.byteLength
    done(null, chunk)
  }

  /** Lower-case hex; may be asked once, after the last byte. */
  digest(): string {
    return this.#hash.digest('hex')
  }
}
