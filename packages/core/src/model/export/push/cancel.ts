import { modelPush } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import { audit } from '../../../audit'
import type { ServiceContext } from '../../../context'
import { required } from '../../../error'
import { notify } from '../../../notify'
import { authorize } from '../../../permission'
import { PushRef, type PushView } from '../schemas'
import { openStatuses, toPushView } from './view'

/** Cancels a push: at once while it waits, within a second while it runs. A push that has ended stays as it is. */
export async function cancelPush(ctx: ServiceContext, raw: PushRef): Promise<PushView> {
  authorize(ctx, 'model:push')
  const { pushId } = PushRef.parse(raw)
  return ctx.db.transaction(async (tx) => {
    const [found] = await tx
      .select()
      .from(modelPush)
      .where(and(eq(modelPush.workspaceId, ctx.workspaceId), eq(modelPush.id, pushId)))
      .for('update')
    const row = required(found, 'This push')
    if (!openStatuses.some((status) => status === row.status) || row.cancelRequestedAt) return toPushView(row)
    const now = ctx.now()
    const ended = row.status === 'waiting' ? { status: 'canceled' as const, finishedAt: now } : {}
    const [changed] = await tx
      .update(modelPush)
      .set({ cancelRequestedAt: now, ...ended })
      .where(eq(modelPush.id, pushId))
      .returning()
    await audit(tx, ctx, 'model.cancelPush', pushId)
    await notify(tx, { workspaceId: row.workspaceId, topic: 'push', id: row.modelVersionId })
    return toPushView(required(changed, 'This push'))
  })
}
