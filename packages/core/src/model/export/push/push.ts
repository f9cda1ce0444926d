import { modelPush, newId, type Transaction } from '@palate/db'
import { and, eq, inArray, sql } from 'drizzle-orm'
import { actorUserId } from '../../../actor'
import { audit } from '../../../audit'
import type { ServiceContext } from '../../../context'
import { DomainError, required } from '../../../error'
import { addJob } from '../../../job'
import { notify } from '../../../notify'
import { authorize } from '../../../permission'
import { weightsOf } from '../../find'
import { findSystem, getExported } from '../find'
import { PushModelInput, type PushView } from '../schemas'
import { openStatuses, type PushRow, toPushView } from './view'

const mostOpen = 5

/**
 * Queues the sending of a model to an Ollama. A push of the same model to the same place that is still open is returned.
 * @throws DomainError `not_found`, or `conflict` for a model that is not servable or when too many pushes are open
 */
export async function pushModel(ctx: ServiceContext, raw: PushModelInput): Promise<PushView> {
  authorize(ctx, 'model:push')
  const { id, address, name, persona = null } = PushModelInput.parse(raw)
  const { workspaceId } = ctx
  const system = await findSystem(ctx.db, workspaceId, persona)
  const row = await ctx.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`push ${workspaceId}`}))`)
    const { model } = await getExported(tx, workspaceId, id)
    await weightsOf(tx, model)
    const open = await readOpen(tx, workspaceId)
    const same = open.find((one) => one.modelVersionId === id && one.address === address && one.name === name)
    if (same) return same
    if (open.length >= mostOpen)
      throw new DomainError(
        'conflict',
        `${mostOpen} pushes of this workspace are waiting or running.`,
        'Wait until one has ended, or cancel one.',
      )
    const [made] = await tx
      .insert(modelPush)
      .values({
        ...{ id: newId('push'), workspaceId, modelVersionId: id, address, name, system },
        ...{ status: 'waiting', createdBy: actorUserId(ctx.actor), createdAt: ctx.now() },
      })
      .returning()
    const push = required(made, 'The push')
    await addJob(tx, 'push-model', { pushId: push.id }, push.id)
    await audit(tx, ctx, 'model.push', push.id, { modelVersionId: id, address, name })
    await notify(tx, { workspaceId, topic: 'push', id })
    return push
  })
  return toPushView(row)
}

async function readOpen(tx: Transaction, workspaceId: string): Promise<PushRow[]> {
  return tx
    .select()
    .from(modelPush)
    .where(and(eq(modelPush.workspaceId, workspaceId), inArray(modelPush.status, [...openStatuses])))
}
