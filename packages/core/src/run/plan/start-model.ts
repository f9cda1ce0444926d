import type { Database, RunInput, Transaction } from '@palate/db'
import { type ModelSource, nameModelSource } from '@palate/protocol'
import { DomainError } from '../../error'
import { chooseModel } from '../../model/choose'
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

/**
 * The model of this id, or the default for this kind of training.
 * @throws DomainError `not_found`, or `conflict` while there is no model
 */
export async function findStartModel(
  tx: Transaction | Database,
  workspaceId: string,
  { kind, id }: { kind: 'sft' | 'dpo' | 'kto'; id: string | undefined },
): Promise<StartModel> {
  const use = kind === 'sft' ? 'fine-tuning' : 'preference'
  const found = await chooseModel(tx, workspaceId, { use, id })
  if (found.kind === 'base') return { base: found, adapter: null }
  return { base: await getModelRow(tx, workspaceId, found.baseId ?? ''), adapter: found }
}

interface StartInput {
  kind: 'sft' | 'dpo' | 'kto'
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
 * @throws DomainError `not_found`, `conflict` while there is no model, or `invalid` for settings that exclude each other
 */
export async function chooseStart(tx: Transaction, workspaceId: string, input: StartInput): Promise<Start> {
  const { base: source } = input.config
  if (source) return startExternal(source, input)
  const { base, adapter } = await findStartModel(tx, workspaceId, {
    kind: input.kind,
    id: input.baseModelVersionId,
  })
  if (adapter && input.config.fullWeights)
    throw new DomainError(
      'invalid',
      'config.fullWeights is true, but an adapter is trained further, and its base is frozen.',
      'Choose a base model, or set config.fullWeights to false.',
    )
  // A whole model keeps the tokenizer and the template of the GGUF that it comes out of, imported or not.
  const { fullWeights, loraDora } = input.config
  const served = fullWeights || loraDora ? [base.gguf] : []
  return {
    files: [...base.files, ...(adapter?.files ?? []), ...served],
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
