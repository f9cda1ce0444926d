import type { Readable } from 'node:stream'

export interface StoredObject {
  key: string
  sha256: string
  sizeBytes: number
}

/** A content store: a folder, or S3. Keys are ours, never a name from outside. */
export interface ObjectStore {
  /** Stores bytes under their SHA-256 (`objects/ab/abcd…`). Nothing half-written is ever visible; storing the same bytes again changes nothing. */
  putContent(body: Readable | Uint8Array): Promise<StoredObject>
  /** Stores bytes under a key of ours; returns their size and SHA-256. A broken stream leaves nothing behind. */
  put(key: string, body: Readable | Uint8Array): Promise<StoredObject>
  /** @param range first and last byte, both inclusive */
  stream(key: string, range?: ByteRange): Promise<Readable>
  size(key: string): Promise<number>
  exists(key: string): Promise<boolean>
  /** Removing what is not there is no error. */
  remove(key: string): Promise<void>
  /** Gives the object as a local file: the file itself in a folder store, a temporary copy from S3. Never write to it. */
  withLocalFile<Result>(key: string, use: (path: string) => Promise<Result>): Promise<Result>
  /** Removes what processes killed in the middle of a `put` left behind; returns how many files went. */
  removeStale(olderThanMs: number): Promise<number>
}

export interface ByteRange {
  start: number
  end: number
}

/** The key of content with this hash. */
export function contentKey(sha256: string): string {
  return `objects/${sha256.slice(0, 2)}/${sha256}`
}
