import type { ServiceContext } from '../context'
import { required } from '../error'
import { authorize } from '../permission'
import { type Lineage, readLineage } from './lineage'
import { ModelRef } from './schemas'
import { type ModelView, readModels } from './view'

/** The registry, newest first. */
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
