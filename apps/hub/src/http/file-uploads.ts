import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import {
  completeUpload,
  type Deps,
  DomainError,
  openUpload,
  type TicketClaims,
  verifyHeldTicket,
} from '@palate/core'
import type { Server, Upload } from '@tus/server'
import type { Context } from 'hono'
import { PartialStore } from './partial-store'
import { bearerOf } from './request'
import { openTusServer, removeOld, tokenOf, withBytes } from './resumable'

/**
 * Large files of people by resumable upload (tus 1.0), each under the id of its own ticket: `POST /files/uploads` with
 * `Upload-Length`, then `PATCH` and `HEAD` below it. A file that is complete goes into the store; until then it is in a
 * folder of its own, and goes on where it was after a lost connection.
 */
export class FileUploads {
  private readonly store: PartialStore
  private readonly server: Server

  private constructor(
    private readonly deps: Deps,
    private readonly folder: string,
  ) {
    this.store = new PartialStore({ directory: folder })
    this.server = openTusServer(
      { path: '/files/uploads', store: this.store, log: deps.log },
      {
        namingFunction: async (request) => (await this.claimsOf(request.headers)).uploadId,
        onIncomingRequest: async (request, id) => requireOwn(await this.claimsOf(request.headers), id),
        onUploadCreate: async (request, upload) => {
          const { sizeBytes } = await openUpload(deps, await this.claimsOf(request.headers))
          if (upload.size !== sizeBytes)
            throw new DomainError(
              'invalid',
              `The file has ${upload.size ?? 'an unknown number of'} bytes instead of the ${sizeBytes} announced.`,
              'Choose the file again.',
            )
          return {}
        },
        onUploadFinish: async (request, upload) => {
          await this.finish(await this.claimsOf(request.headers), upload)
          return {}
        },
      },
    )
  }

  static async open(deps: Deps, folder: string): Promise<FileUploads> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return new FileUploads(deps, folder)
  }

  /** Handles POST on /files/uploads, and HEAD and PATCH below it. */
  async handle(c: Context<{ Bindings: HttpBindings }>): Promise<Response> {
    const claims = await verifyHeldTicket(this.deps, 'upload', bearerOf(c))
    const id = c.req.param('uploadId') ?? ''
    if (id) requireOwn(claims, id)
    if (c.req.method === 'HEAD') {
      // All bytes are here, but storing them failed, or its response was lost: it is stored now.
      const upload = await this.store.getUpload(id).catch(() => null)
      if (upload && upload.offset === upload.size) await this.finish(claims, upload)
      // Hono routes a HEAD as a GET and would send a second response after one on Node's own objects.
      return this.server.handleWeb(c.req.raw)
    }
    await this.server.handle(c.env.incoming, c.env.outgoing)
    return RESPONSE_ALREADY_SENT
  }

  /** Removes uploads that have not changed for this long. @returns how many files */
  clean(olderThanMs: number): Promise<number> {
    return removeOld(this.folder, olderThanMs)
  }

  private claimsOf(headers: Headers): Promise<TicketClaims<'upload'>> {
    return verifyHeldTicket(this.deps, 'upload', tokenOf(headers))
  }

  private async finish(claims: TicketClaims<'upload'>, { id }: Upload): Promise<void> {
    const file = join(this.folder, id)
    const { storageKey } = await openUpload(this.deps, claims)
    const stored = await withBytes(file, (stream) => this.deps.storage.put(storageKey, stream))
    await completeUpload(this.deps, claims, stored)
    for (const name of [file, `${file}.json`]) await rm(name, { force: true })
  }
}

/** @throws DomainError `forbidden` where the ticket is for another upload */
function requireOwn({ uploadId }: TicketClaims<'upload'>, id: string): void {
  if (id !== uploadId) throw new DomainError('forbidden', 'This ticket is for another upload.')
}
