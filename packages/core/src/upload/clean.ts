import { datasetVersion, upload } from '@palate/db'
import { and, eq, isNull, lt } from 'drizzle-orm'
import type { Deps } from '../context'

const keptMs = 24 * 3600_000

/** Removes uploads that nobody imported within a day. @returns how many */
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
