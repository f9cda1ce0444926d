import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { makeFolder, writingTo } from '@palate/config'
import type { LeaseInput } from '@palate/protocol'
import { inHome } from './home'
import type { HubHttp } from './hub-http'
import { FinalError, retry } from './retry'

export type ObjectCache = {
  /**
   * Path of the object, downloaded if absent and checked by its hash. Retries until the signal aborts.
   *
   * @throws DiskError when the agent's disk does not take it
   */
  fetch(input: LeaseInput, token: string, signal: AbortSignal): Promise<string>
  /** Removes objects that were not used for `maxAgeMs`, and incomplete downloads. */
  prune(maxAgeMs: number): Promise<void>
}

/** A cache of the hub's objects on disk, named by their SHA-256. */
export function createObjectCache(folder: string, http: HubHttp): ObjectCache {
  const inFlight = new Map<string, Promise<string>>()
  const verified = new Set<string>()
  return {
    async fetch(input, token, signal) {
      const { sha256 } = input
      if (!/^[0-9a-f]{64}$/.test(sha256)) throw new FinalError(`The input ${input.name} has no valid hash.`)
      const other = inFlight.get(sha256)
      // The first caller may abort its download; the second one must not fail for that.
      if (other && (await other.catch(() => null)) === null) return this.fetch(input, token, signal)
      const path = join(folder, sha256.slice(0, 2), sha256)
      if (verified.has(sha256) && (await isPresent(path, input))) return path
      const target = inHome(`The file ${input.name}`)
      const task = retry(() => writingTo(target, () => obtain(path, input, token, http, signal)), { signal })
      inFlight.set(sha256, task)
      try {
        await task
        verified.add(sha256)
        return path
      } finally {
        inFlight.delete(sha256)
      }
    },
    async prune(maxAgeMs) {
      const oldest = Date.now() - maxAgeMs
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
        const path = join(entry.parentPath, entry.name)
        if (entry.isFile() && (await stat(path)).mtimeMs < oldest) await rm(path, { force: true })
      }
    },
  }
}

async function obtain(path: string, input: LeaseInput, token: string, http: HubHttp, signal: AbortSignal) {
  if ((await isPresent(path, input)) && (await hashFile(path)) === input.sha256) return path
  await makeFolder(dirname(path), inHome(`The file ${input.name}`))
  const partial = `${path}.${randomUUID()}.part`
  try {
    const response = await http.get(input.path, token, signal)
    const hash = createHash('sha256')
    const body = response.body
    if (!body) throw new Error(`The hub sent no bytes for ${input.name}.`)
    await pipeline(
      Readable.fromWeb(body as import('node:stream/web').ReadableStream),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk)
          yield chunk
        }
      },
      createWriteStream(partial),
      { signal },
    )
    if (hash.digest('hex') !== input.sha256)
      throw new Error(`The bytes of ${input.name} do not match their hash.`)
    const file = await open(partial, 'r')
    await file.sync()
    await file.close()
    await rename(partial, path)
    return path
  } finally {
    await rm(partial, { force: true }).catch(() => undefined)
  }
}

/** Whether the object is there with the right size; sets its times, so that pruning sees that it is used. */
async function isPresent(path: string, input: LeaseInput): Promise<boolean> {
  const present = await stat(path).catch(() => null)
  if (present?.size !== input.sizeBytes) return false
  const now = new Date()
  await utimes(path, now, now)
  return true
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
