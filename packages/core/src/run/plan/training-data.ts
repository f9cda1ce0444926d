import { type Database, datasetVersion, type Transaction } from '@palate/db'
import { and, desc, eq } from 'drizzle-orm'
import { DomainError, required } from '../../error'

type DatasetVersionRow = typeof datasetVersion.$inferSelect
type StoredVersion = DatasetVersionRow & { storageKey: string; sizeBytes: number; sha256: string }

/** The dataset version of this id, or the newest. @throws DomainError `not_found`, or `invalid` while none is ready */
export async function findTrainingData(
  tx: Transaction | Database,
  workspaceId: string,
  id: string | undefined,
): Promise<StoredVersion> {
  const [row] = await tx
    .select()
    .from(datasetVersion)
    .where(
      and(
        eq(datasetVersion.workspaceId, workspaceId),
        id ? eq(datasetVersion.id, id) : eq(datasetVersion.status, 'ready'),
      ),
    )
    .orderBy(desc(datasetVersion.createdAt), desc(datasetVersion.number))
    .limit(1)
  if (id) required(row, 'This dataset')
  if (row && isStored(row)) return row
  throw new DomainError('invalid', 'There is no dataset yet.', 'Upload one on the Datasets page first.')
}

function isStored(row: DatasetVersionRow): row is StoredVersion {
  return row.status === 'ready' && row.storageKey !== null && row.sizeBytes !== null && row.sha256 !== null
}
