import { randomBytes } from 'node:crypto'
import { upload } from '@palate/db'
import type { StoredObject } from '@palate/storage'
import { and, eq, isNull } from 'drizzle-orm'
import type { Deps } from '../context'
import { DomainError, notFound } from '../error'
import { inWorkspace } from '../tenant'
import type { TicketClaims } from '../ticket'

/**
 * The storage key for an upload's file. Each try gets its own key, so that two at once cannot mix; `completeUpload`
 * keeps the first complete one.
 *
 * @throws DomainError `conflict` when the upload is complete already
 */
export async function openUpload(
  deps: Deps,
  { workspaceId, uploadId }: TicketClaims<'upload'>,
): Promise<{ storageKey: string; sizeBytes: number }> {
  const [row] = await inWorkspace(deps, workspaceId)
    .db.select()
    .from(upload)
    .where(and(eq(upload.id, uploadId), eq(upload.workspaceId, workspaceId)))
  if (!row || row.sizeBytes === null) throw notFound('This upload')
  if (row.completedAt) throw new DomainError('conflict', 'This file is uploaded already.')
  return {
    storageKey: `${row.storageKey}/${randomBytes(8).toString('hex')}`,
    sizeBytes: row.sizeBytes,
  }
}

/**
 * Completes an upload whose file is stored. If the upload cannot be completed, the stored object is deleted.
 *
 * @throws DomainError `invalid` when the size is not the announced one, `conflict` when the upload is complete already
 */
export async function completeUpload(
  deps: Deps,
  { workspaceId, uploadId }: TicketClaims<'upload'>,
  stored: StoredObject,
): Promise<{ uploadId: string; sizeBytes: number; sha256: string }> {
  const { key: storageKey, sizeBytes, sha256 } = stored
  const { db } = inWorkspace(deps, workspaceId)
  const [kept] = await db
    .update(upload)
    .set({ storageKey, sha256, completedAt: deps.now() })
    .where(
      and(
        eq(upload.id, uploadId),
        eq(upload.workspaceId, workspaceId),
        eq(upload.sizeBytes, sizeBytes),
        isNull(upload.completedAt),
      ),
    )
    .returning({ id: upload.id })
  if (kept) return { uploadId, sizeBytes, sha256 }
  await deps.storage.remove(storageKey)
  const [row] = await db
    .select({ completedAt: upload.completedAt, announced: upload.sizeBytes })
    .from(upload)
    .where(and(eq(upload.id, uploadId), eq(upload.workspaceId, workspaceId)))
  if (row?.completedAt) throw new DomainError('conflict', 'This file is uploaded already.')
  throw new DomainError(
    'invalid',
    `The file has ${sizeBytes} bytes instead of the announced ${row?.announced ?? 'size'}.`,
    'Upload it again.',
  )
}
