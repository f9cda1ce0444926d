import type { Deps } from '@palate/core'
import type { Context } from 'hono'
import { sendObject } from './send-object'

/** GET /files/download/:ticket: a file for a person; the ticket names the object and the name to save it under. */
export async function getDownload(c: Context, deps: Deps): Promise<Response> {
  const { storageKey, filename } = await deps.tickets.verify('download', c.req.param('ticket') ?? '')
  return sendObject(c, deps.storage, storageKey, {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(filename)}`,
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
  })
}
