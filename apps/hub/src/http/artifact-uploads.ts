import { mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import {
  ArtifactHead,
  type Deps,
  DomainError,
  requireRunningAttempt,
  storeArtifact,
  type TicketClaims,
} from '@palate/core'
import { Server, type Upload } from '@tus/server'
import type { Context } from 'hono'
import { toErrorResponse } from '../error-response'
import { statusOf } from './error'
import { PartialStore } from './partial-store'
import { bearerOf } from './request'

const path = '/files/artifacts'

/**
 * Artifacts of attempts by resumable upload (tus 1.0): `POST /files/artifacts` with `Upload-Length` and, as
 * `Upload-Metadata`, `path`, `role` and `sha256`; then `PATCH` and `HEAD` on the returned address. A partial upload is
 * in a separate folder; it becomes an object and a row when it is complete and its hash matches. Every request carries
 * the lease's token and is refused once another attempt has the lease.
 */
export class ArtifactUploads {
  private readonly store: PartialStore
  private readonly server: Server

  private constructor(
    private readonly deps: Deps,
    private readonly folder: string,
    maxBytes: number,
  ) {
    this.store = new PartialStore({ directory: folder })
    this.server = new Server({
      path,
      datastore: this.store,
      relativeLocation: true,
      allowedOrigins: [],
      namingFunction: async (request) =>
        `${(await this.leaseOf(request.headers)).attemptId}.${crypto.randomUUID()}`,
      // The upload that tus acts on: with a query in the address it differs from the one that the router saw.
      onIncomingRequest: async (request, id) => requireOwn(await this.leaseOf(request.headers), id),
      onUploadCreate: async (_request, upload) => {
        requireSize(upload, headOf(upload), maxBytes)
        return {}
      },
      onUploadFinish: async (request, upload) => {
        await this.finish(await this.leaseOf(request.headers), upload)
        return {}
      },
      onResponseError: (request, error) => {
        if (!(error instanceof Error)) return undefined // an error of tus itself, with its own message
        const errorResponse = toErrorResponse(error, deps.log, `${request.method} ${path}`)
        return { status_code: statusOf(errorResponse), body: JSON.stringify({ error: errorResponse }) }
      },
    })
  }

  /** @param maxBytes of one file */
  static async open(deps: Deps, folder: string, maxBytes: number): Promise<ArtifactUploads> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return new ArtifactUploads(deps, folder, maxBytes)
  }

  /** Handles POST on /files/artifacts, and HEAD and PATCH below it. */
  async handle(c: Context<{ Bindings: HttpBindings }>): Promise<Response> {
    const lease = await this.deps.tickets.verify('lease', bearerOf(c))
    await requireRunningAttempt(this.deps, lease)
    const id = c.req.param('uploadId') ?? ''
    if (!/^[\w.-]*$/.test(id)) throw new DomainError('not_found', 'There is no such upload.')
    if (id) requireOwn(lease, id)
    if (id && c.req.method === 'HEAD') {
      // Hono routes a HEAD as a GET and would send a second response after one on Node's own objects.
      return (await this.respondIfComplete(c, lease, id)) ?? this.server.handleWeb(c.req.raw)
    }
    await this.server.handle(c.env.incoming, c.env.outgoing)
    return RESPONSE_ALREADY_SENT
  }

  /** Removes uploads, and markers of finished ones, that have not changed for this long. */
  async clean(olderThanMs: number): Promise<number> {
    let removed = 0
    for (const name of await readdir(this.folder)) {
      // The metadata file is written once; the time of the bytes says whether the upload is still active.
      const bytes = await this.touchedAt(name.replace(/\.json$/, ''))
      const touched = Math.max(bytes, await this.touchedAt(name))
      if (Date.now() - touched < olderThanMs) continue
      await rm(join(this.folder, name), { force: true })
      removed += 1
    }
    return removed
  }

  private async touchedAt(name: string): Promise<number> {
    return (await stat(join(this.folder, name)).catch(() => null))?.mtimeMs ?? 0
  }

  private async leaseOf(headers: Headers): Promise<TicketClaims<'lease'>> {
    const token = (headers.get('authorization') ?? '').replace(/^Bearer /, '')
    return this.deps.tickets.verify('lease', token)
  }

  private async finish(lease: TicketClaims<'lease'>, upload: Upload): Promise<void> {
    const file = join(this.folder, upload.id)
    // Opened before the stream is used: a missing file is then an error here, and not an unhandled stream error.
    const stream = (await open(file)).createReadStream()
    try {
      await storeArtifact(this.deps, lease, { ...headOf(upload), stream })
    } catch (error) {
      // Wrong bytes stay wrong; after a temporary error the next HEAD tries again.
      if (error instanceof DomainError && error.code === 'invalid') await this.forget(upload.id)
      throw error
    } finally {
      stream.destroy()
    }
    await writeFile(`${file}.done`, String(upload.size))
    await this.forget(upload.id)
  }

  private async forget(id: string): Promise<void> {
    for (const name of [id, `${id}.json`]) await rm(join(this.folder, name), { force: true })
  }

  /**
   * The response for an upload that is complete, whose last response may have been lost. If all bytes are here but
   * storing them failed, it is stored now.
   */
  private async respondIfComplete(
    c: Context,
    lease: TicketClaims<'lease'>,
    id: string,
  ): Promise<Response | null> {
    const upload = await this.store.getUpload(id).catch(() => null)
    if (upload && upload.offset === upload.size) await this.finish(lease, upload)
    else if (upload) return null
    const size = await readFile(join(this.folder, `${id}.done`), 'utf8').catch(() => null)
    if (size === null) return null
    const headers = { 'tus-resumable': '1.0.0', 'upload-offset': size, 'upload-length': size }
    return c.body(null, 200, { ...headers, 'cache-control': 'no-store' })
  }
}

/** @throws DomainError `forbidden` where the upload belongs to another attempt */
function requireOwn({ attemptId }: TicketClaims<'lease'>, id: string): void {
  if (!id.startsWith(`${attemptId}.`))
    throw new DomainError('forbidden', 'This ticket is for another attempt.')
}

/** @throws DomainError `invalid` where the metadata does not describe an artifact */
function headOf({ metadata }: Upload): ArtifactHead {
  const parsed = ArtifactHead.safeParse(metadata ?? {})
  if (parsed.success) return parsed.data
  throw new DomainError(
    'invalid',
    parsed.error.issues[0]?.message ?? 'The metadata does not describe an artifact.',
  )
}

/** Checked before the first byte: all attempts share the disk. */
function requireSize({ size }: Upload, { path }: ArtifactHead, maxBytes: number): void {
  if (size === undefined)
    throw new DomainError('invalid', `The size of ${path} is not announced.`, 'Send Upload-Length.')
  if (size > maxBytes)
    throw new DomainError(
      'invalid',
      `${path} has ${size.toLocaleString('en')} bytes; this hub takes files of at most ${maxBytes.toLocaleString('en')}.`,
      'Set HUB_ARTIFACT_MAX_BYTES of the hub higher, or train a smaller model.',
    )
}
