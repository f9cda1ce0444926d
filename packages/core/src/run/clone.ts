import { agent, type Database, dataset, datasetVersion, modelVersion, variantBatch } from '@palate/db'
import { type EstimateKind, RunNeeds } from '@palate/protocol'
import { and, asc, eq, inArray, isNull } from 'drizzle-orm'
import { z } from 'zod'
import type { ServiceContext } from '../context'
import { DomainError } from '../error'
import { authorize } from '../permission'
import { findOwnRun } from './read'
import { RunRef, VoteSource } from './schemas'
import { isTraining } from './state/training'

/** What the form of a new run is filled with, so that the run is made like an earlier one. */
export interface RunCloneView {
  from: { id: string; number: number; name: string }
  kind: EstimateKind
  name: string
  seed: number
  config: Record<string, unknown>
  priority: number
  labels: string[]
  gpus: number
  /** Null where the run has none, or where it no longer exists. */
  baseModel: { id: string; name: string; number: number } | null
  datasetVersion: { id: string; name: string } | null
  batchIds: string[] | null
  sources: VoteSource[] | null
  /** A sentence for each thing of the run that no longer exists. */
  missing: string[]
}

/** What a training recorded of its choices. */
const Origin = z.object({
  baseModelVersionId: z.string().optional(),
  adapterModelVersionId: z.string().optional(),
  datasetVersionId: z.string().nullish(),
  batchIds: z.array(z.string()).optional().catch(undefined),
  sources: z.array(VoteSource).optional().catch(undefined),
})

interface Found<Thing> {
  value: Thing | null
  missing: string[]
}

/** The settings of a training, to create another one like it, and what of them no longer exists. */
export async function getRunClone(ctx: ServiceContext, raw: RunRef): Promise<RunCloneView> {
  authorize(ctx, 'run:create')
  const row = await findOwnRun(ctx, RunRef.parse(raw).id)
  const { id, number, name, kind, seed, config, priority } = row
  if (!isTraining(kind)) throw new DomainError('invalid', 'Only a training can be cloned.')
  const origin = Origin.parse(row.lineage)
  const { labels, gpus } = RunNeeds.parse(row.needs)
  const model = await findModel(ctx, origin.adapterModelVersionId ?? origin.baseModelVersionId)
  const data = await findDataset(ctx, origin.datasetVersionId ?? undefined)
  const batches = await findBatches(ctx, origin.batchIds)
  const places = await findLabels(ctx, labels)
  return {
    ...{ from: { id, number, name }, kind, name, seed, config, priority, gpus },
    labels: places.value ?? [],
    baseModel: model.value,
    datasetVersion: data.value,
    batchIds: batches.value,
    sources: origin.sources ?? null,
    missing: [model, data, batches, places].flatMap(({ missing }) => missing),
  }
}

type Scope = { db: Database; workspaceId: string }

async function findModel(
  { db, workspaceId }: Scope,
  id: string | undefined,
): Promise<Found<{ id: string; name: string; number: number }>> {
  if (!id) return { value: null, missing: [] }
  const [value] = await db
    .select({ id: modelVersion.id, name: modelVersion.name, number: modelVersion.number })
    .from(modelVersion)
    .where(and(eq(modelVersion.workspaceId, workspaceId), eq(modelVersion.id, id)))
  const missing = 'Its base model no longer exists. Choose another one.'
  return { value: value ?? null, missing: value ? [] : [missing] }
}

async function findDataset(
  { db, workspaceId }: Scope,
  id: string | undefined,
): Promise<Found<{ id: string; name: string }>> {
  if (!id) return { value: null, missing: [] }
  const [found] = await db
    .select({ id: datasetVersion.id, number: datasetVersion.number, name: dataset.name })
    .from(datasetVersion)
    .innerJoin(dataset, eq(dataset.id, datasetVersion.datasetId))
    .where(
      and(
        eq(datasetVersion.workspaceId, workspaceId),
        eq(datasetVersion.id, id),
        eq(datasetVersion.status, 'ready'),
      ),
    )
  if (!found) return { value: null, missing: ['Its dataset no longer exists. Choose another one.'] }
  return { value: { id: found.id, name: `${found.name} v${found.number}` }, missing: [] }
}

async function findBatches({ db, workspaceId }: Scope, ids: string[] | undefined): Promise<Found<string[]>> {
  if (!ids || ids.length === 0) return { value: null, missing: [] }
  const rows = await db
    .select({ id: variantBatch.id })
    .from(variantBatch)
    .where(and(eq(variantBatch.workspaceId, workspaceId), inArray(variantBatch.id, ids)))
    .orderBy(asc(variantBatch.number))
  const gone = ids.length - rows.length
  const what = gone === 1 ? 'One of its batches of variants' : `${gone} of its batches of variants`
  return {
    value: rows.length > 0 ? rows.map(({ id }) => id) : null,
    missing: gone > 0 ? [`${what} no longer exist${gone === 1 ? 's' : ''}.`] : [],
  }
}

/** A run that requires a label of no agent would wait for ever. */
async function findLabels({ db, workspaceId }: Scope, labels: string[]): Promise<Found<string[]>> {
  if (labels.length === 0) return { value: [], missing: [] }
  const rows = await db
    .select({ labels: agent.labels })
    .from(agent)
    .where(and(eq(agent.workspaceId, workspaceId), isNull(agent.revokedAt)))
  const known = new Set(rows.flatMap((row) => row.labels))
  return {
    value: labels.filter((label) => known.has(label)),
    missing: labels
      .filter((label) => !known.has(label))
      .map((label) => `No agent has the label ${label} any more.`),
  }
}
