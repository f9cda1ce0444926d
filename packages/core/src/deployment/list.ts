import { chatTurn, type Database, deployment, feedback, type Transaction } from '@palate/db'
import { and, count, desc, eq, sql } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { type ModelView, readModels } from '../model/list'
import { authorize } from '../permission'

export interface DeploymentView {
  id: string
  slug: string
  title: string
  model: ModelView
  active: boolean
  createdAt: Date
  updatedAt: Date
  /** Answers of the chat under this name, by any model, with the visitors' thumbs. */
  turns: number
  up: number
  down: number
}

/** The deployments of a workspace, the one changed last first, or one of them. */
export async function readDeployments(
  tx: Database | Transaction,
  workspaceId: string,
  id?: string,
): Promise<DeploymentView[]> {
  const rows = await tx
    .select({
      row: deployment,
      turns: count(chatTurn.id),
      up: count(sql`case when ${feedback.thumb} = 'up' then 1 end`),
      down: count(sql`case when ${feedback.thumb} = 'down' then 1 end`),
    })
    .from(deployment)
    .leftJoin(chatTurn, eq(chatTurn.deploymentId, deployment.id))
    .leftJoin(feedback, eq(feedback.turnId, chatTurn.id))
    .where(and(eq(deployment.workspaceId, workspaceId), id ? eq(deployment.id, id) : undefined))
    .groupBy(deployment.id)
    .orderBy(desc(deployment.updatedAt))
  const models = await readModels(tx, workspaceId)
  return rows.map(({ row, ...counts }) => ({
    id: row.id,
    slug: row.slug,
    title: row.title,
    model: required(
      models.find((model) => model.id === row.modelVersionId),
      'Its model',
    ),
    active: row.active,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    ...counts,
  }))
}

/** The deployments of the workspace, the one changed last first. */
export async function listDeployments(ctx: ServiceContext): Promise<DeploymentView[]> {
  authorize(ctx, 'model:read')
  return readDeployments(ctx.db, ctx.workspaceId)
}
