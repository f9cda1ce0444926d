import { type Database, deployment, modelVersion, run, type Transaction } from '@palate/db'
import { and, desc, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { groupBy } from '../group-by'
import { authorize } from '../permission'
import { type Lineage, readLineage } from './lineage'
import { ModelRef } from './schemas'

export interface ModelView {
  id: string
  name: string
  number: number
  kind: 'base' | 'adapter'
  baseId: string | null
  runId: string
  runNumber: number
  /** Of the GGUF file. */
  sizeBytes: number
  createdAt: Date
  /** Slugs of its active deployments. */
  deployments: string[]
}

/** The model versions of a workspace, newest first, or one of them. */
export async function readModels(
  tx: Database | Transaction,
  workspaceId: string,
  id?: string,
): Promise<ModelView[]> {
  const rows = await tx
    .select({ model: modelVersion, runNumber: run.number })
    .from(modelVersion)
    .innerJoin(run, eq(run.id, modelVersion.runId))
    .where(and(eq(modelVersion.workspaceId, workspaceId), id ? eq(modelVersion.id, id) : undefined))
    .orderBy(desc(modelVersion.createdAt), desc(run.number))
  const active = await tx
    .select({ slug: deployment.slug, modelId: deployment.modelVersionId })
    .from(deployment)
    .where(and(eq(deployment.workspaceId, workspaceId), eq(deployment.active, true)))
  const byModel = groupBy(active, ({ modelId }) => modelId)
  return rows.map(({ model, runNumber }) => {
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
      createdAt,
      deployments,
      sizeBytes: model.gguf.sizeBytes,
    }
  })
}

/** The model versions of the workspace, newest first. */
export async function listModels(ctx: ServiceContext): Promise<ModelView[]> {
  authorize(ctx, 'model:read')
  return readModels(ctx.db, ctx.workspaceId)
}

/** @throws DomainError `not_found` */
export async function getModel(
  ctx: ServiceContext,
  input: ModelRef,
): Promise<ModelView & { lineage: Lineage }> {
  authorize(ctx, 'model:read')
  const { id } = ModelRef.parse(input)
  const [found] = await readModels(ctx.db, ctx.workspaceId, id)
  const view = required(found, 'This model')
  return { ...view, lineage: await readLineage(ctx, view) }
}
