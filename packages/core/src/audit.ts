import { auditLog, newId, type Transaction } from '@palate/db'
import { actorId } from './actor'
import type { ServiceContext } from './context'

/** Every write of a person or a key leaves a line: who, what, on which row. */
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
