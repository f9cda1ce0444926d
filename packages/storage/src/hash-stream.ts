import { createHash } from 'node:crypto'
import { Transform, type TransformCallback } from 'node:stream'

/** Passes bytes through and knows, at the end, how many there were and their SHA-256. */
export class HashStream extends Transform {
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
