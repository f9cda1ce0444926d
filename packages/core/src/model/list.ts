import { type Database, deployment, modelVersion, run, type Transaction } from '@palate/db'
import type { ModelFacts, RunKind } from '@palate/protocol'
import { and, desc, eq, sql } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { groupBy } from '../group-by'
import { authorize } from '../permission'
import { getModelRow } from './find'
import { type Lineage, readLineage } from './lineage'
import { readPublished } from './published'
import { ModelRef } from './schemas'

export interface ModelView {
  id: string
  name: string
  number: number
  kind: 'base' | 'adapter'
  baseId: string | null
  runId: string
  runNumber: number
  /** The kind of that run. */
  madeBy: RunKind
  /** Of the GGUF file. */
  sizeBytes: number
  createdAt: Date
  /** Slugs of its active deployments. */
  deployments: string[]
  /** Imported, or trained from an imported one: decides which settings suit it. */
  published: boolean
  /** Of an imported model. */
  license: string | null
  parameters: number | null
  quantization: string | null
  /** Why it, or the base that it needs, cannot be served; null for a servable model. */
  notServable: string | null
  /** Why it, or the base that it needs, cannot be trained on; null for a model with files for the trainer. */
  notTrainable: string | null
}

/** A model with its origin, and for an imported one what its import found out. */
export interface ModelDetail extends ModelView {
  lineage: Lineage
  facts: ModelFacts | null
}

/** The model versions of a workspace, newest first, or one of them. */
export async function readModels(
  tx: Database | Transaction,
  workspaceId: string,
  id?: string,
): Promise<ModelView[]> {
  const rows = await tx
    .select({ model: modelVersion, runNumber: run.number, madeBy: run.kind })
    .from(modelVersion)
    .innerJoin(run, eq(run.id, modelVersion.runId))
    .where(and(eq(modelVersion.workspaceId, workspaceId), id ? eq(modelVersion.id, id) : undefined))
    .orderBy(desc(modelVersion.createdAt), desc(run.number))
  const active = await tx
    .select({ slug: deployment.slug, modelId: deployment.modelVersionId })
    .from(deployment)
    .where(and(eq(deployment.workspaceId, workspaceId), eq(deployment.active, true)))
  const refused = await tx
    .select({ id: modelVersion.id, notServable: sql<string>`${modelVersion.facts} ->> 'notServable'` })
    .from(modelVersion)
    .where(
      and(
        eq(modelVersion.workspaceId, workspaceId),
        sql`${modelVersion.facts} ->> 'notServable' is not null`,
      ),
    )
  const reasons = new Map(refused.map(({ id, notServable }) => [id, notServable]))
  const published = await readPublished(tx, workspaceId)
  const byModel = groupBy(active, ({ modelId }) => modelId)
  return rows.map(({ model, runNumber, madeBy }) => {
    const { id, name, number, kind, baseId, runId, createdAt } = model
    const deployments = (byModel.get(id) ?? []).map(({ slug }) => slug).sort()
    return {
      id,
      name,
      number,
      kind,
      baseId,
      runId,
      runNumber,
      madeBy,
      createdAt,
      deployments,
      sizeBytes: model.gguf.sizeBytes,
      published: published.has(id),
      license: model.facts?.license ?? null,
      parameters: model.facts?.parameters ?? null,
      quantization: model.facts?.quantization ?? null,
      notServable: model.facts?.notServable ?? reasons.get(baseId ?? '') ?? null,
      notTrainable: model.facts?.notTrainable ?? null,
    }
  })
}

/** The model versions of the workspace, newest first. */
export async function listModels(ctx: ServiceContext): Promise<ModelView[]> {
  authorize(ctx, 'model:read')
  return readModels(ctx.db, ctx.workspaceId)
}

/** @throws DomainError `not_found` */
export async function getModel(ctx: ServiceContext, input: ModelRef): Promise<ModelDetail> {
  authorize(ctx, 'model:read')
  const { id } = ModelRef.parse(input)
  const [found] = await readModels(ctx.db, ctx.workspaceId, id)
  const view = required(found, 'This model')
  const { facts } = await getModelRow(ctx.db, ctx.workspaceId, id)
  return { ...view, facts, lineage: await readLineage(ctx, view) }
}
