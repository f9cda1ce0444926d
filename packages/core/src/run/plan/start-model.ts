import { type Database, modelVersion, type RunInput, type Transaction } from '@palate/db'
import { type ModelSource, nameModelSource } from '@palate/protocol'
import { and, desc, eq } from 'drizzle-orm'
import { DomainError, required } from '../../error'
import { getModelRow } from '../../model/find'
import type { ModelVersionRow } from '../../model/register'
import type { TextSize } from '../estimate/rows'
import type { NewRun } from '../queue/insert'

/** What a kind of training adds to the wish of a person. */
export type RunPlan = Pick<NewRun, 'name' | 'inputs' | 'lineage'> & {
  /** How much text it learns from, where that is not a matter of its configuration. */
  size: TextSize | null
}

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

interface StartWish {
  baseModelVersionId?: string | undefined
  config: { base?: ModelSource | undefined; fullWeights?: boolean | undefined }
}

interface Start {
  /** As a job names them: a folder for the base, one for the adapter. None of an external model: its agent has it. */
  files: RunInput[]
  lineage: Record<string, string>
}

/**
 * What a training begins with, and what it writes down of it.
 * @throws DomainError `not_found`, or `invalid` while there is no base, and for settings that no external model takes
 */
export async function chooseStart(tx: Transaction, workspaceId: string, input: StartWish): Promise<Start> {
  const { base: source } = input.config
  if (source) return startExternal(source, input)
  const { base, adapter } = await findStartModel(tx, workspaceId, input.baseModelVersionId)
  return {
    files: [...base.files, ...(adapter?.files ?? [])],
    lineage: { baseModelVersionId: base.id, ...(adapter ? { adapterModelVersionId: adapter.id } : {}) },
  }
}

function startExternal(source: ModelSource, input: StartWish): Start {
  if (input.baseModelVersionId)
    throw new DomainError(
      'invalid',
      'A run begins with a registered model or with one from elsewhere, not with both.',
      'Leave one of them out.',
    )
  if (input.config.fullWeights)
    throw new DomainError(
      'invalid',
      'Of an external model only an adapter is trained, not all of its weights.',
      'Leave full weights off.',
    )
  return { files: [], lineage: { base: nameModelSource(source) } }
}
