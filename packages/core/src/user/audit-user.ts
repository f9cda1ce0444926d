import { auditLog, membership, newId, type Transaction } from '@palate/db'
import { eq } from 'drizzle-orm'
import { widen } from '../tenant'

/**
 * Records what concerns an account in the audit log of each workspace that it is a member of.
 *
 * @param data may hold the `address` and `userAgent` that it came from
 */
export async function auditUser(
  tx: Transaction,
  userId: string,
  action: string,
  entityId: string,
  { address, userAgent, ...data }: { address?: string; userAgent?: string; [more: string]: unknown } = {},
): Promise<void> {
  await widen(tx, 'account')
  const workspaces = await tx
    .select({ workspaceId: membership.workspaceId })
    .from(membership)
    .where(eq(membership.userId, userId))
  if (workspaces.length === 0) return
  await tx.insert(auditLog).values(
    workspaces.map(({ workspaceId }) => ({
      ...{ id: newId('audit'), workspaceId, action, entityId, data },
      ...{ actorKind: 'user', actorId: userId, address, userAgent },
    })),
  )
}
