import { type Database, modelVersion, type RunInput, type Transaction } from '@palate/db'
import { type ModelSource, nameModelSource } from '@palate/protocol'
import { and, desc, eq } from 'drizzle-orm'
import { DomainError, required } from '../../error'
import { getModelRow } from '../../model/find'
import type { ModelVersionRow } from '../../model/register'
import type { TextSize } from '../estimate/rows'
import type { NewRun } from '../queue/insert'

/** What a kind of training adds to the user's input. */
export type RunPlan = Pick<NewRun, 'name' | 'inputs' | 'lineage'> & {
  /** How much text it is trained on; null when the configuration decides that. */
  size: TextSize | null
}

/** The model to train: a base, and optionally an adapter on it that is trained further. */
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

interface StartInput {
  baseModelVersionId?: string | undefined
  config: {
    base?: ModelSource | undefined
    fullWeights?: boolean | undefined
    loraDora?: boolean | undefined
  }
}

interface Start {
  /** Files in one folder for the base and one for the adapter. None for an external model, which the agent loads. */
  files: RunInput[]
  lineage: Record<string, string>
}

/**
 * The files of the model to train, and the lineage that the run records.
 * @throws DomainError `not_found`, or `invalid` while there is no base, or for settings that an external model excludes
 */
export async function chooseStart(tx: Transaction, workspaceId: string, input: StartInput): Promise<Start> {
  const { base: source } = input.config
  if (source) return startExternal(source, input)
  const { base, adapter } = await findStartModel(tx, workspaceId, input.baseModelVersionId)
  if (adapter && input.config.fullWeights)
    throw new DomainError(
      'invalid',
      'config.fullWeights is true, but an adapter is trained further, and its base is frozen.',
      'Choose a base model, or set config.fullWeights to false.',
    )
  // A whole model that comes out of an imported one keeps the tokenizer and the template of its GGUF.
  const { fullWeights, loraDora } = input.config
  const published = base.facts && (fullWeights || loraDora) ? [base.gguf] : []
  return {
    files: [...base.files, ...(adapter?.files ?? []), ...published],
    lineage: { baseModelVersionId: base.id, ...(adapter ? { adapterModelVersionId: adapter.id } : {}) },
  }
}

function startExternal(source: ModelSource, input: StartInput): Start {
  if (input.baseModelVersionId)
    throw new DomainError(
      'invalid',
      'A run has either a registered base model or an external one, not both.',
      'Remove one of them.',
    )
  return { files: [], lineage: { base: nameModelSource(source) } }
}
