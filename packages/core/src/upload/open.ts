import { randomBytes } from 'node:crypto'
import { upload } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import type { Deps } from '../context'
import { DomainError, notFound } from '../error'
import type { TicketClaims } from '../ticket'

/**
 * Where the bytes of an upload go. Each try gets a key of its own, so that two at once cannot mix; `completeUpload`
 * keeps the first that is whole.
 *
 * @throws DomainError `conflict` when the bytes are there already
 */
export async function openUpload(
  deps: Deps,
  { workspaceId, uploadId }: TicketClaims<'upload'>,
): Promise<{ storageKey: string; sizeBytes: number }> {
  const [row] = await deps.db
    .select()
    .from(upload)
    .where(and(eq(upload.id, uploadId), eq(upload.workspaceId, workspaceId)))
  if (!row || row.sizeBytes === null) throw notFound('This upload')
  if (row.completedAt) throw new DomainError('conflict', 'This file has arrived already.')
  return {
    storageKey: `${row.storageKey}/${randomBytes(8).toString('hex')}`,
    sizeBytes: row.sizeBytes,
  }
}
