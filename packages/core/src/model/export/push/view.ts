import { modelPush } from '@palate/db'
import { and, desc, eq } from 'drizzle-orm'
import type { ServiceContext } from '../../../context'
import { authorize } from '../../../permission'
import { ModelRef } from '../../schemas'
import { getExported } from '../find'
import type { PushView } from '../schemas'

export type PushRow = typeof modelPush.$inferSelect

export const openStatuses = ['waiting', 'running'] as const
const shown = 10

export function toPushView(row: PushRow): PushView {
  const { id, modelVersionId, address, name, status, progress, error, createdAt, finishedAt } = row
  const canceling = row.cancelRequestedAt !== null && row.finishedAt === null
  return { id, modelVersionId, address, name, status, progress, error, canceling, createdAt, finishedAt }
}

/** The newest pushes of a model. @throws DomainError `not_found` */
export async function listPushes(ctx: ServiceContext, raw: ModelRef): Promise<PushView[]> {
  authorize(ctx, 'model:read')
  const { id } = ModelRef.parse(raw)
  await getExported(ctx.db, ctx.workspaceId, id)
  const rows = await ctx.db
    .select()
    .from(modelPush)
    .where(and(eq(modelPush.workspaceId, ctx.workspaceId), eq(modelPush.modelVersionId, id)))
    .orderBy(desc(modelPush.createdAt), desc(modelPush.id))
    .limit(shown)
  return rows.map(toPushView)
}
