import { type Database, modelVersion, run, type Transaction } from '@palate/db'
import type { RunKind } from '@palate/protocol'
import { desc, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { authorize } from '../permission'
import { type ModelView, readModels } from './list'
import type { ModelVersionRow } from './register'
import { ListModelChoicesInput, type ModelUse } from './schemas'

/** A model that a form offers, or shows with the reason why it cannot be chosen. */
export interface ModelChoice extends ModelView {
  /** Null for a model that can be chosen. */
  reason: string | null
}

export interface ModelChoices {
  /** Newest first. */
  models: ModelChoice[]
  /** What is taken without a choice; null when no model can be used for this. */
  defaultId: string | null
}

/** What decides whether a model can be used for something. */
export interface Usable {
  kind: 'base' | 'adapter'
  madeBy: RunKind
  /** Of itself or of the base that it needs. */
  notServable: string | null
  /** The same, for a model without files that a trainer reads. */
  notTrainable?: string | null | undefined
}

/** Why a model cannot be used for this; null where it can. */
export function whyNot(use: ModelUse, { kind, notServable, notTrainable }: Usable): string | null {
  if (use === 'fine-tuning' || use === 'preference') return notTrainable ?? null
  if (notServable) return notServable
  if (use === 'evaluation' && kind === 'base') return 'A base model has no base to compare it with.'
  return null
}

/**
 * What is taken without a choice, of models that are newest first. Votes are cast on, and teach, the newest model that
 * has not learned from votes yet; a public name gets the newest tuned model.
 */
export function pickDefault<Model extends Usable>(use: ModelUse, models: readonly Model[]): Model | null {
  const allowed = models.filter((model) => whyNot(use, model) === null)
  const servable = allowed.filter(({ notServable }) => notServable === null)
  const usable = servable.length > 0 ? servable : allowed
  const tuned = usable.find(({ kind }) => kind === 'adapter')
  const untaught = usable.find(({ madeBy }) => madeBy !== 'dpo' && madeBy !== 'kto')
  switch (use) {
    case 'fine-tuning':
      return usable.find(({ kind }) => kind === 'base') ?? null
    case 'preference':
    case 'variants':
      return untaught ?? usable[0] ?? null
    case 'evaluation':
      return tuned ?? null
    case 'deployment':
      return tuned ?? usable[0] ?? null
  }
}

/** All models of the workspace, each with the reason why it cannot be used for this, and the default. */
export async function listModelChoices(
  ctx: ServiceContext,
  input: ListModelChoicesInput,
): Promise<ModelChoices> {
  authorize(ctx, 'model:read')
  const { use } = ListModelChoicesInput.parse(input)
  const models = await readModels(ctx.db, ctx.workspaceId)
  return {
    models: models.map((model) => ({ ...model, reason: whyNot(use, model) })),
    defaultId: pickDefault(use, models)?.id ?? null,
  }
}

/**
 * The model of this id, or the default for this use.
 * @throws DomainError `not_found`; `conflict` for a model that cannot be used for this, or while there is none
 */
export async function chooseModel(
  tx: Database | Transaction,
  workspaceId: string,
  { use, id }: { use: ModelUse; id: string | undefined },
): Promise<ModelVersionRow> {
  const rows = await tx
    .select({ model: modelVersion, madeBy: run.kind })
    .from(modelVersion)
    .innerJoin(run, eq(run.id, modelVersion.runId))
    .where(eq(modelVersion.workspaceId, workspaceId))
    .orderBy(desc(modelVersion.createdAt), desc(run.number))
  const models = rows.map(({ model, madeBy }) => {
    const base = rows.find((row) => row.model.id === model.baseId)?.model
    const notServable = model.facts?.notServable ?? base?.facts?.notServable ?? null
    const notTrainable = (base ?? model).facts?.notTrainable
    return { row: model, kind: model.kind, madeBy, notServable, notTrainable }
  })
  if (!id) return (pickDefault(use, models) ?? noneYet(use, models.length > 0)).row
  const found = required(
    models.find(({ row }) => row.id === id),
    'This model',
  )
  const reason = whyNot(use, found)
  if (!reason) return found.row
  const name = `${found.row.name} v${found.row.number}`
  if (use === 'evaluation' && found.kind === 'base' && !found.notServable)
    throw new DomainError('invalid', reason, 'Choose a tuned model.')
  const lack = use === 'fine-tuning' || use === 'preference' ? 'cannot be trained on' : 'is not servable'
  throw new DomainError('conflict', `${name} ${lack}. ${reason}`, 'Choose another model.')
}

function noneYet(use: ModelUse, some: boolean): never {
  const [message, remedy] =
    use === 'evaluation'
      ? ['There is no tuned model yet.', 'Train one on the recipes or on the votes first.']
      : some
        ? [
            `No model can be ${use === 'fine-tuning' || use === 'preference' ? 'trained on' : 'served'} yet.`,
            'Open Models to see why, and add another one.',
          ]
        : ['There is no model yet.', 'Add a model, or train the starter model.']
  throw new DomainError('conflict', message, remedy)
}
