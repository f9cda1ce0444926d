import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
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
import type { Server, Upload } from '@tus/server'
import type { Context } from 'hono'
import { PartialStore } from './partial-store'
import { bearerOf } from './request'
import { openTusServer, removeOld, tokenOf, withBytes } from './resumable'

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
    this.server = openTusServer(
      { path: '/files/artifacts', store: this.store, log: deps.log },
      {
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
      },
    )
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
  clean(olderThanMs: number): Promise<number> {
    return removeOld(this.folder, olderThanMs)
  }

  private leaseOf(headers: Headers): Promise<TicketClaims<'lease'>> {
    return this.deps.tickets.verify('lease', tokenOf(headers))
  }

  private async finish(lease: TicketClaims<'lease'>, upload: Upload): Promise<void> {
    const file = join(this.folder, upload.id)
    try {
      await withBytes(file, (stream) => storeArtifact(this.deps, lease, { ...headOf(upload), stream }))
    } catch (error) {
      // Wrong bytes stay wrong; after a temporary error the next HEAD tries again.
      if (error instanceof DomainError && error.code === 'invalid') await this.forget(upload.id)
      throw error
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
