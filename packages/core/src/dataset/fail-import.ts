import { datasetVersion, upload } from '@palate/db'
import { and, eq, inArray } from 'drizzle-orm'
import type { Deps } from '../context'
import { notify } from '../notify'

/** Ends an import with a sentence for people. The file goes too: nothing but the sentence is left behind. */
export async function failImport(
  deps: Deps,
  { datasetVersionId, error }: { datasetVersionId: string; error: string },
): Promise<void> {
  const removed = await deps.db.transaction(async (tx) => {
    const open = and(
      eq(datasetVersion.id, datasetVersionId),
      inArray(datasetVersion.status, ['waiting', 'importing']),
    )
    const [before] = await tx.select().from(datasetVersion).where(open).for('update')
    if (!before) return null
    await tx
      .update(datasetVersion)
      .set({ status: 'failed', error, progress: null, uploadId: null, finishedAt: deps.now() })
      .where(open)
    await notify(tx, { workspaceId: before.workspaceId, topic: 'dataset', id: datasetVersionId })
    if (!before.uploadId) return null
    const [file] = await tx.delete(upload).where(eq(upload.id, before.uploadId)).returning()
    return file ?? null
  })
  if (removed) await deps.storage.remove(removed.storageKey)
}
