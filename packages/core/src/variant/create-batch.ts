import {
  type BatchSettings,
  type Database,
  datasetVersion,
  newId,
  type Transaction,
  variantBatch,
} from '@palate/db'
import { and, desc, eq } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { addJob } from '../job'
import { chooseModel } from '../model/choose'
import { nextNumber } from '../next-number'
import { notify } from '../notify'
import { authorize } from '../permission'
import { readPersonas } from '../persona/read'
import { type BatchView, readBatches } from './read-batches'
import { CreateBatchInput } from './schemas'

/** Of each model, the last variant of a prompt is sampled under a prompt without the persona, the others under the persona's full one. */
const full = { temperature: 0.7, topP: 0.95, maxTokens: 320 }
const weak = { temperature: 0.9, topP: 0.95, maxTokens: 320 }

/**
 * Creates a batch of variants. A background job makes its prompts, because it has to read the dataset.
 * @throws DomainError `not_found`, or `conflict` when there is no model or no persona yet
 */
export async function createBatch(ctx: ServiceContext, input: CreateBatchInput = {}): Promise<BatchView> {
  authorize(ctx, 'variant:create')
  const { promptsPerPersona, variantsPerPrompt, keepUnreadable, seed, votesPerPair, ...given } =
    CreateBatchInput.parse(input)
  const { workspaceId } = ctx
  return ctx.db.transaction(async (tx) => {
    const modelVersionIds = await chooseModels(tx, workspaceId, given.modelVersionIds)
    const datasetVersionId = await chooseDataset(tx, workspaceId, given.datasetVersionId)
    const personaVersionIds = await choosePersonas(tx, workspaceId, given.personaIds)
    const id = newId('batch')
    const number = await nextNumber(tx, variantBatch, workspaceId)
    const settings: BatchSettings = {
      promptsPerPersona,
      modelVersionIds,
      variantsPerPrompt,
      keepUnreadable,
      seed: seed ?? number,
      full,
      weak,
      personaVersionIds,
      votesPerPair,
    }
    await tx.insert(variantBatch).values({
      id,
      workspaceId,
      number,
      datasetVersionId,
      status: 'preparing',
      settings,
    })
    await addJob(tx, 'prepare-variant-batch', { batchId: id }, `batch:${id}`)
    await audit(tx, ctx, 'variant.create-batch', id, {
      number,
      models: modelVersionIds.length,
      personas: personaVersionIds.length,
      promptsPerPersona,
      variantsPerPrompt,
    })
    await notify(tx, { workspaceId, topic: 'variant', id })
    const [view] = await readBatches(tx, workspaceId, id)
    return required(view, 'This batch')
  })
}

/** The given models, each once, or the default. */
async function chooseModels(
  tx: Transaction,
  workspaceId: string,
  given: string[] | undefined,
): Promise<string[]> {
  const ids: string[] = []
  for (const id of given ? new Set(given) : [undefined])
    ids.push((await chooseModel(tx, workspaceId, { use: 'variants', id })).id)
  return ids
}

async function chooseDataset(
  tx: Transaction | Database,
  workspaceId: string,
  given: string | null | undefined,
): Promise<string | null> {
  if (given === null) return null
  const [row] = await tx
    .select({ id: datasetVersion.id })
    .from(datasetVersion)
    .where(
      and(
        eq(datasetVersion.workspaceId, workspaceId),
        eq(datasetVersion.status, 'ready'),
        given ? eq(datasetVersion.id, given) : undefined,
      ),
    )
    .orderBy(desc(datasetVersion.createdAt))
    .limit(1)
  return given ? required(row, 'This dataset').id : (row?.id ?? null)
}

async function choosePersonas(
  tx: Transaction | Database,
  workspaceId: string,
  given: string[] | undefined,
): Promise<string[]> {
  const personas = await readPersonas(tx, workspaceId, { ids: given })
  if (given && personas.length < new Set(given).size) required(null, 'One of these personas')
  if (personas.length === 0)
    throw new DomainError('conflict', 'There is no persona yet.', 'Add a persona first.')
  return personas.map(({ versionId }) => versionId)
}
