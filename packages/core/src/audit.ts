import { auditLog, newId, type Transaction } from '@palate/db'
import { actorId } from './actor'
import type { ServiceContext } from './context'

/**
 * Records who changed what and from where, in the same transaction as the change. The database takes no change of it back.
 *
 * @param data of a change, `before` and `after`; never a secret
 */
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
    address: ctx.origin?.address ?? null,
    userAgent: ctx.origin?.userAgent ?? null,
    sessionId: ctx.actor.kind === 'user' ? (ctx.actor.sessionId ?? null) : null,
  })
}
