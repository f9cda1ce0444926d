import { datasetVersion, newId, upload } from '@palate/db'
import { and, eq, isNull, lt } from 'drizzle-orm'
import { audit } from '../audit'
import type { Deps, ServiceContext } from '../context'
import { authorize } from '../permission'
import { CreateUploadInput, type UploadTicket } from './schemas'

const ticketSeconds = 60 * 60

/** Creates an upload. The browser then sends the file to the hub with a ticket for this upload only. */
export async function createUpload(ctx: ServiceContext, raw: CreateUploadInput): Promise<UploadTicket> {
  authorize(ctx, 'dataset:create')
  const { filename, sizeBytes } = CreateUploadInput.parse(raw)
  const { workspaceId } = ctx
  const id = newId('upload')
  await ctx.db.transaction(async (tx) => {
    const createdAt = ctx.now()
    await tx
      .insert(upload)
      .values({ id, workspaceId, filename, sizeBytes, storageKey: `uploads/${id}`, createdAt })
    await audit(tx, ctx, 'upload.create', id, { filename, sizeBytes })
  })
  const token = await ctx.tickets.sign('upload', { workspaceId, uploadId: id }, ticketSeconds)
  return { uploadId: id, url: `/files/uploads/${id}`, token }
}

const keptMs = 24 * 3600_000

/** Deletes uploads that were not imported within a day. @returns how many */
export async function cleanUploads(deps: Deps): Promise<number> {
  const before = new Date(deps.now().getTime() - keptMs)
  const stale = await deps.db
    .select({ id: upload.id, storageKey: upload.storageKey, completedAt: upload.completedAt })
    .from(upload)
    .leftJoin(datasetVersion, eq(datasetVersion.uploadId, upload.id))
    .where(and(lt(upload.createdAt, before), isNull(datasetVersion.id)))
    .limit(500)
  for (const { id, storageKey, completedAt } of stale) {
    await deps.db.delete(upload).where(eq(upload.id, id))
    if (completedAt) await deps.storage.remove(storageKey)
  }
  return stale.length
}
