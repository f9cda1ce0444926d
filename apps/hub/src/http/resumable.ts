import type { ReadStream } from 'node:fs'
import { open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Deps } from '@palate/core'
import { Server, type ServerOptions } from '@tus/server'
import { toErrorResponse } from '../error-response'
import { statusOf } from './error'
import type { PartialStore } from './partial-store'

type Hooks = Required<
  Pick<ServerOptions, 'namingFunction' | 'onIncomingRequest' | 'onUploadCreate' | 'onUploadFinish'>
>

/** A tus server below a path whose errors are those of every other route. Who may do what is in the hooks. */
export function openTusServer(
  { path, store, log }: { path: string; store: PartialStore; log: Deps['log'] },
  hooks: Hooks,
): Server {
  return new Server({
    path,
    datastore: store,
    relativeLocation: true,
    allowedOrigins: [],
    ...hooks,
    onResponseError: (request, error) => {
      if (!(error instanceof Error)) return undefined // an error of tus itself, with its own message
      const errorResponse = toErrorResponse(error, log, `${request.method} ${path}`)
      return { status_code: statusOf(errorResponse), body: JSON.stringify({ error: errorResponse }) }
    },
  })
}

/** The token of a request that tus hands to its hooks. */
export const tokenOf = (headers: Headers): string =>
  (headers.get('authorization') ?? '').replace(/^Bearer /, '')

/** Hands over the bytes of a file. A missing file is an error here, and not an unhandled one of a stream. */
export async function withBytes<Result>(
  file: string,
  use: (stream: ReadStream) => Promise<Result>,
): Promise<Result> {
  const stream = (await open(file)).createReadStream()
  try {
    return await use(stream)
  } finally {
    stream.destroy()
  }
}

/** Removes uploads, and what is noted of them, that have not changed for this long. @returns how many files */
export async function removeOld(folder: string, olderThanMs: number): Promise<number> {
  const touchedAt = async (name: string) => (await stat(join(folder, name)).catch(() => null))?.mtimeMs ?? 0
  let removed = 0
  for (const name of await readdir(folder)) {
    // The metadata file is written once; the time of the bytes says whether the upload is still active.
    const touched = Math.max(await touchedAt(name.replace(/\.json$/, '')), await touchedAt(name))
    if (Date.now() - touched < olderThanMs) continue
    await rm(join(folder, name), { force: true })
    removed += 1
  }
  return removed
}
