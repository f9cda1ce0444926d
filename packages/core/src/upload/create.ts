import { datasetVersion, newId, run, upload } from '@palate/db'
import { and, eq, isNull, lt, or } from 'drizzle-orm'
import { audit } from '../audit'
import type { Deps, ServiceContext } from '../context'
import { authorize } from '../permission'
import { acrossWorkspaces } from '../tenant'
import { holderOf } from '../workspace/listener'
import { CreateModelUploadInput, CreateUploadInput, type UploadTicket } from './schemas'

const ticketSeconds = 60 * 60
/** A model takes hours on a slow line, with breaks. */
const modelTicketSeconds = 24 * 60 * 60

/** Creates an upload of recipes. The browser then sends the file to the hub with a ticket for this upload only. */
export async function createUpload(ctx: ServiceContext, raw: CreateUploadInput): Promise<UploadTicket> {
  authorize(ctx, 'dataset:create')
  return insertUpload(ctx, CreateUploadInput.parse(raw), ticketSeconds)
}

/** Creates an upload of a model, which `addModel` then imports. */
export async function createModelUpload(
  ctx: ServiceContext,
  raw: CreateModelUploadInput,
): Promise<UploadTicket> {
  authorize(ctx, 'run:create')
  return insertUpload(ctx, CreateModelUploadInput.parse(raw), modelTicketSeconds)
}

async function insertUpload(
  ctx: ServiceContext,
  { filename, sizeBytes }: { filename: string; sizeBytes: number },
  seconds: number,
): Promise<UploadTicket> {
  const { workspaceId } = ctx
  const id = newId('upload')
  await ctx.db.transaction(async (tx) => {
    const createdAt = ctx.now()
    await tx
      .insert(upload)
      .values({ id, workspaceId, filename, sizeBytes, storageKey: `uploads/${id}`, createdAt })
    await audit(tx, ctx, 'upload.create', id, { filename, sizeBytes })
  })
  const token = await ctx.tickets.sign('upload', { ...holderOf(ctx), uploadId: id }, seconds)
  return { uploadId: id, url: `/files/uploads/${id}`, token }
}

const keptMs = 24 * 3600_000

/** Deletes uploads that were not imported within a day, and a day after the import of a model has ended. @returns how many */
export async function cleanUploads(deps: Deps): Promise<number> {
  const before = new Date(deps.now().getTime() - keptMs)
  const { db } = acrossWorkspaces(deps, 'sweep')
  const stale = await db
    .select({ id: upload.id, storageKey: upload.storageKey, completedAt: upload.completedAt })
    .from(upload)
    .leftJoin(datasetVersion, eq(datasetVersion.uploadId, upload.id))
    .leftJoin(run, eq(run.id, upload.runId))
    .where(
      and(
        lt(upload.createdAt, before),
        isNull(datasetVersion.id),
        or(isNull(run.id), lt(run.finishedAt, before)),
      ),
    )
    .limit(500)
  for (const { id, storageKey, completedAt } of stale) {
    await db.delete(upload).where(eq(upload.id, id))
    if (completedAt) await deps.storage.remove(storageKey)
  }
  return stale.length
}
