import { membership } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError } from '../error'
import { notify } from '../notify'
import { authorize } from '../permission'
import { requireRecentAuth } from '../user/recent-auth'
import { findMember, lockMembers, requireOther } from './guard'
import { MemberRef } from './schemas'

/**
 * Hands the workspace on: the member becomes an owner and the caller an admin, in one step.
 *
 * @throws DomainError `forbidden` where the caller has not proved lately who they are
 */
export async function transferOwnership(ctx: ServiceContext, raw: MemberRef): Promise<void> {
  authorize(ctx, 'workspace:own')
  const { id } = MemberRef.parse(raw)
  await ctx.db.transaction(async (tx) => {
    const userId = await requireRecentAuth(tx, ctx)
    const caller = await lockMembers(tx, ctx)
    authorize(caller, 'workspace:own')
    const next = await findMember(tx, caller, id)
    requireOther(caller, next)
    if (next.disabledAt)
      throw new DomainError('conflict', 'This member is disabled.', 'Enable them first, or choose another.')
    const own = and(eq(membership.workspaceId, ctx.workspaceId), eq(membership.userId, userId))
    await tx.update(membership).set({ role: 'owner' }).where(eq(membership.id, id))
    await tx.update(membership).set({ role: 'admin' }).where(own)
    await audit(tx, ctx, 'workspace.transfer', id, { from: userId, to: next.userId, before: next.role })
    await notify(tx, { workspaceId: ctx.workspaceId, topic: 'member', id })
  })
}
