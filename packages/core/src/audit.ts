import { auditLog, newId, type Transaction } from '@palate/db'
import { actorId } from './actor'
import type { ServiceContext } from './context'

/** Records who changed what, in the same transaction as the change. */
export async function audit(
  tx: Transaction,
  ctx: ServiceContext,
  action: string,
  entityId: string,
  data: Record<string, unknown> = {},
): Promise<void> {
  await tx.insert(auditLog).values({
    id: newId('audit'),
    workspaceId: ctx.workspaceId,
    actorKind: ctx.actor.kind,
    actorId: actorId(ctx.actor),
    action,
    entityId,
    data,
  })
}
