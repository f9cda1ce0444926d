import { type Database, modelVersion, type Transaction } from '@palate/db'
import { and, desc, eq } from 'drizzle-orm'
import { DomainError, required } from '../error'
import { getModelRow } from '../model/find'
import type { ModelVersionRow } from '../model/register'

/** What a training begins with: a base, and where one was chosen an adapter on it that is trained further. */
export interface StartModel {
  base: ModelVersionRow
  adapter: ModelVersionRow | null
}

/** The model of this id, or the newest base. @throws DomainError `not_found`, or `invalid` while there is no base */
export async function findStartModel(
  tx: Transaction | Database,
  workspaceId: string,
  id: string | undefined,
): Promise<StartModel> {
  const [row] = await tx
    .select()
    .from(modelVersion)
    .where(
      and(
        eq(modelVersion.workspaceId, workspaceId),
        id ? eq(modelVersion.id, id) : eq(modelVersion.kind, 'base'),
      ),
    )
    .orderBy(desc(modelVersion.createdAt), desc(modelVersion.number))
    .limit(1)
  if (id) {
    const found = required(row, 'This model')
    if (found.kind === 'base') return { base: found, adapter: null }
    return { base: await getModelRow(tx, workspaceId, found.baseId ?? ''), adapter: found }
  }
  if (row) return { base: row, adapter: null }
  throw new DomainError(
    'invalid',
    'There is no base model yet.',
    'Train the starter model first; it takes a few minutes.',
  )
}

/** The files of a start, as a job names them: a folder for the base, one for the adapter. */
export const startFiles = ({ base, adapter }: StartModel) => [...base.files, ...(adapter?.files ?? [])]

/** What a run writes down of its start. */
export const startLineage = ({ base, adapter }: StartModel) => ({
  baseModelVersionId: base.id,
  ...(adapter ? { adapterModelVersionId: adapter.id } : {}),
})
