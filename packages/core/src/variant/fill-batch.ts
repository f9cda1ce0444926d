import { setImmediate } from 'node:timers/promises'
import {
  datasetVersion,
  newId,
  persona,
  personaVersion,
  prompt,
  type Transaction,
  variant,
  variantBatch,
} from '@palate/db'
import type { GenerateItem } from '@palate/protocol'
import {
  type ImportedRecipe,
  isForbidden,
  type Persona,
  personaPrompt,
  personaRules,
  type Random,
  seededRandom,
  userMessage,
  WEAK_PROMPT,
} from '@palate/recipe'
import { and, eq, inArray } from 'drizzle-orm'
import type { Deps, ServiceContext } from '../context'
import { required } from '../error'
import { getModelRow, weightsOf } from '../model/find'
import { notify } from '../notify'
import { authorize } from '../permission'
import { createGenerateRun, type GenerateRequest } from '../run/queue/create-generate'
import { acrossWorkspaces } from '../tenant'
import { type MadePrompt, makePrompts } from './make-prompts'

type BatchRow = typeof variantBatch.$inferSelect
type VariantRow = typeof variant.$inferInsert
interface PersonaVersion {
  versionId: string
  persona: Persona
}

const rowsAtOnce = 500

/**
 * What a `prepare-variant-batch` job needs; null when the batch is prepared already, or deleted.
 * @returns the batch's workspace and seed, and the key of its dataset's Parquet file (null without a dataset)
 */
export async function findBatchWork(deps: Deps, batchId: string) {
  const [row] = await acrossWorkspaces(deps, 'job')
    .db.select({
      workspaceId: variantBatch.workspaceId,
      status: variantBatch.status,
      settings: variantBatch.settings,
      datasetKey: datasetVersion.storageKey,
    })
    .from(variantBatch)
    .leftJoin(datasetVersion, eq(datasetVersion.id, variantBatch.datasetVersionId))
    .where(eq(variantBatch.id, batchId))
  if (row?.status !== 'preparing') return null
  return { workspaceId: row.workspaceId, datasetKey: row.datasetKey, seed: row.settings.seed }
}

/**
 * Makes the prompts of a batch in status `preparing`, and the run that generates the variants of each. A repeated
 * call changes nothing.
 * @param examples recipes of the batch's dataset version; empty without a dataset
 */
export async function fillBatch(
  ctx: ServiceContext,
  { batchId, examples }: { batchId: string; examples: ImportedRecipe[] },
): Promise<void> {
  authorize(ctx, 'variant:create')
  await ctx.db.transaction(async (tx) => {
    const [found] = await tx
      .select()
      .from(variantBatch)
      .where(and(eq(variantBatch.workspaceId, ctx.workspaceId), eq(variantBatch.id, batchId)))
      .for('update')
    const batch = required(found, 'This batch')
    if (batch.status !== 'preparing') return
    const models: GenerateRequest['models'] = {}
    for (const id of batch.settings.modelVersionIds)
      models[id] = await weightsOf(tx, await getModelRow(tx, ctx.workspaceId, id))
    const items = await writePrompts(tx, batch, examples)
    const run = await createGenerateRun(tx, ctx, {
      name: `variants ${batch.number}`,
      seed: batch.settings.seed,
      models,
      items,
      lineage: {
        batchId,
        modelVersionIds: batch.settings.modelVersionIds,
        datasetVersionId: batch.datasetVersionId,
      },
    })
    await tx
      .update(variantBatch)
      .set({ runId: run.id, status: 'generating' })
      .where(eq(variantBatch.id, batchId))
    await notify(tx, { workspaceId: ctx.workspaceId, topic: 'variant', id: batchId })
  })
}

/** Prompts alternate between the personas, so that the first labels cover all of them. */
async function writePrompts(
  tx: Transaction,
  batch: BatchRow,
  examples: ImportedRecipe[],
): Promise<GenerateItem[]> {
  const { settings, workspaceId, id: batchId } = batch
  const versions = await readPersonaVersions(tx, settings.personaVersionIds ?? [])
  const made: MadePrompt[][] = []
  for (const [index, { persona }] of versions.entries()) {
    made.push(makePrompts(persona, settings.promptsPerPersona, settings.seed + index, examples))
    // Computing only: yields to the sockets of the same process.
    await setImmediate()
  }
  const random = seededRandom(settings.seed)
  const prompts: (typeof prompt.$inferInsert)[] = []
  const variants: VariantRow[] = []
  const items: GenerateItem[] = []
  for (let round = 0; round < settings.promptsPerPersona; round += 1) {
    for (const [index, version] of versions.entries()) {
      const content = required(made[index]?.[round], 'This prompt')
      const promptId = newId('prompt')
      prompts.push({
        id: promptId,
        workspaceId,
        batchId,
        personaVersionId: version.versionId,
        seq: prompts.length + 1,
        ...content,
      })
      for (const { inventory, ...row } of makeVariants(
        batch,
        version,
        { ...content, id: promptId },
        random,
      )) {
        variants.push(row)
        items.push({
          itemId: row.id,
          model: row.modelVersionId,
          system: row.system,
          user: userMessage({ ...content, inventory }),
          sampling: row.sampling,
        })
      }
    }
  }
  await insertInChunks(prompts, (rows) => tx.insert(prompt).values(rows))
  await insertInChunks(variants, (rows) => tx.insert(variant).values(rows))
  return items
}

/**
 * What each model writes to a prompt, in the order of the models, each with the ingredients that it is offered.
 *
 * A model that uses all that it is given never leaves out what a persona forbids, so that every answer to such a prompt
 * breaks the rules and no vote can teach otherwise. Some answers are therefore screened: written as if the forbidden
 * things were not at hand. The pair is judged, and trained on, under the prompt as it is.
 */
function makeVariants(
  { workspaceId, settings }: BatchRow,
  { versionId, persona }: PersonaVersion,
  { id: promptId, inventory }: MadePrompt & { id: string },
  random: Random,
): (VariantRow & { inventory: string[] })[] {
  const full = {
    ...{ style: 'full' as const, system: personaPrompt(persona), sampling: settings.full },
    inventory,
  }
  const weak = { ...full, style: 'weak' as const, system: WEAK_PROMPT, sampling: settings.weak }
  const rules = personaRules(persona)
  const allowed = inventory.filter((item) => !isForbidden(item, rules))
  const screened = { ...full, style: 'screened' as const, inventory: allowed }
  const count = settings.variantsPerPrompt - 1
  const isTempting = allowed.length > 0 && allowed.length < inventory.length
  const firstScreened = isTempting ? Math.ceil(count / 2) : count
  const asked = [
    ...Array.from({ length: count }, (_, index) => (index < firstScreened ? full : screened)),
    weak,
  ]
  return settings.modelVersionIds
    .flatMap((modelVersionId) => asked.map((each) => ({ ...each, modelVersionId })))
    .map(({ sampling, ...row }, seq) => ({
      ...{ workspaceId, promptId, personaVersionId: versionId },
      ...row,
      id: newId('var'),
      seq,
      sampling: { ...sampling, seed: Math.floor(random() * 2 ** 31) },
    }))
}

async function readPersonaVersions(tx: Transaction, versionIds: string[]): Promise<PersonaVersion[]> {
  const rows = await tx
    .select({ versionId: personaVersion.id, slug: persona.slug, body: personaVersion.body })
    .from(personaVersion)
    .innerJoin(persona, eq(persona.id, personaVersion.personaId))
    .where(inArray(personaVersion.id, versionIds))
  return versionIds.map((id) => {
    const row = required(
      rows.find(({ versionId }) => versionId === id),
      'One of the personas',
    )
    return { versionId: id, persona: { slug: row.slug, ...row.body } }
  })
}

async function insertInChunks<Row>(
  rows: Row[],
  insert: (rows: Row[]) => PromiseLike<unknown>,
): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsAtOnce) await insert(rows.slice(at, at + rowsAtOnce))
}
