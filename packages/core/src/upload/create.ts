import { newId, upload } from '@palate/db'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { CreateUploadInput, type UploadTicket } from './schemas'

const ticketSeconds = 60 * 60

/** Announces a file. The bytes then go straight to the hub, under a ticket for this upload alone. */
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
