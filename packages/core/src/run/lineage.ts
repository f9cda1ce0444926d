import {
  dataset,
  datasetVersion,
  evaluation,
  modelVersion,
  persona,
  personaVersion,
  run,
  variantBatch,
} from '@palate/db'
import { and, asc, eq, inArray } from 'drizzle-orm'
import { z } from 'zod'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { findOwnRun } from './read'
import { type RunLineageView, RunRef, type RunSourceView } from './schemas'

const Ids = z.array(z.string()).catch([])
const Count = z.int().optional().catch(undefined)

/** What the kinds of runs record of where they come from; other fields are not shown. */
const Origin = z.object({
  clonedFrom: z.string().optional(),
  baseModelVersionId: z.string().optional(),
  adapterModelVersionId: z.string().optional(),
  tunedModelVersionId: z.string().optional(),
  modelVersionIds: Ids,
  datasetVersionId: z.string().nullish(),
  batchId: z.string().optional(),
  evaluationId: z.string().optional(),
  batchIds: Ids,
  personaVersionIds: Ids,
  /** The name of an external base model. */
  base: z.string().optional(),
  examples: Count,
  pairs: z.object({ decided: z.int(), ties: z.int() }).optional().catch(undefined),
  votes: z.object({ count: z.int() }).optional().catch(undefined),
  thumbs: z.object({ up: z.int(), down: z.int() }).optional().catch(undefined),
})
type Origin = z.infer<typeof Origin>

/** What a run was made from, each source with its name and the id of the page that shows it. */
export async function getRunLineage(ctx: ServiceContext, raw: RunRef): Promise<RunLineageView> {
  authorize(ctx, 'run:read')
  const { lineage } = await findOwnRun(ctx, RunRef.parse(raw).id)
  const origin = Origin.parse(lineage)
  const sources = [
    ...(await readRuns(ctx, origin)),
    ...(await readModels(ctx, origin)),
    ...(await readDatasets(ctx, origin)),
    ...(await readBatches(ctx, origin)),
    ...(await readPersonas(ctx, origin)),
    ...(await readEvaluations(ctx, origin)),
  ]
  const { base, examples, pairs, votes, thumbs } = origin
  return {
    sources,
    externalBase: base ?? null,
    counts: { examples, pairs: pairs?.decided, ties: pairs?.ties, votes: votes?.count, ...thumbs },
  }
}

const known = (...ids: (string | null | undefined)[]) => ids.filter((id) => id !== null && id !== undefined)
const numbered = (name: string, number: number) => `${name} v${number}`

async function readRuns({ db, workspaceId }: ServiceContext, origin: Origin): Promise<RunSourceView[]> {
  const rows = await db
    .select({ id: run.id, number: run.number, name: run.name })
    .from(run)
    .where(and(eq(run.workspaceId, workspaceId), inArray(run.id, known(origin.clonedFrom))))
  return rows.map(({ id, number, name }) => ({ kind: 'run', id, name: `Run ${number}, ${name}` }))
}

async function readModels({ db, workspaceId }: ServiceContext, origin: Origin): Promise<RunSourceView[]> {
  const { baseModelVersionId: base, adapterModelVersionId: adapter, tunedModelVersionId: tuned } = origin
  const ids = [...known(base, adapter, tuned), ...origin.modelVersionIds]
  const rows = await db
    .select()
    .from(modelVersion)
    .where(and(eq(modelVersion.workspaceId, workspaceId), inArray(modelVersion.id, ids)))
    .orderBy(asc(modelVersion.kind), asc(modelVersion.number))
  return rows.map(({ id, name, number, kind }) => ({
    ...{ kind: kind === 'base' ? ('base' as const) : ('adapter' as const), id, name: numbered(name, number) },
  }))
}

async function readDatasets({ db, workspaceId }: ServiceContext, origin: Origin): Promise<RunSourceView[]> {
  const rows = await db
    .select({ id: datasetVersion.id, number: datasetVersion.number, name: dataset.name })
    .from(datasetVersion)
    .innerJoin(dataset, eq(dataset.id, datasetVersion.datasetId))
    .where(
      and(
        eq(datasetVersion.workspaceId, workspaceId),
        inArray(datasetVersion.id, known(origin.datasetVersionId)),
      ),
    )
  return rows.map(({ id, name, number }) => ({ kind: 'dataset', id, name: numbered(name, number) }))
}

async function readBatches({ db, workspaceId }: ServiceContext, origin: Origin): Promise<RunSourceView[]> {
  const ids = [...origin.batchIds, ...known(origin.batchId)]
  const rows = await db
    .select({ id: variantBatch.id, number: variantBatch.number })
    .from(variantBatch)
    .where(and(eq(variantBatch.workspaceId, workspaceId), inArray(variantBatch.id, ids)))
    .orderBy(asc(variantBatch.number))
  return rows.map(({ id, number }) => ({ kind: 'batch', id, name: `Batch ${number}` }))
}

async function readPersonas({ db, workspaceId }: ServiceContext, origin: Origin): Promise<RunSourceView[]> {
  const rows = await db
    .select({ id: persona.id, body: personaVersion.body, number: personaVersion.number })
    .from(personaVersion)
    .innerJoin(persona, eq(persona.id, personaVersion.personaId))
    .where(
      and(eq(personaVersion.workspaceId, workspaceId), inArray(personaVersion.id, origin.personaVersionIds)),
    )
    .orderBy(asc(persona.slug), asc(personaVersion.number))
  return rows.map(({ id, body, number }) => ({ kind: 'persona', id, name: numbered(body.name, number) }))
}

async function readEvaluations(
  { db, workspaceId }: ServiceContext,
  origin: Origin,
): Promise<RunSourceView[]> {
  const rows = await db
    .select({ id: evaluation.id, number: evaluation.number })
    .from(evaluation)
    .where(and(eq(evaluation.workspaceId, workspaceId), inArray(evaluation.id, known(origin.evaluationId))))
  return rows.map(({ id, number }) => ({ kind: 'evaluation', id, name: `Evaluation ${number}` }))
}
