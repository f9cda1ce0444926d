import { membership } from '@palate/db'
import { eq } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { notify } from '../notify'
import { authorize } from '../permission'
import { findMember, lockMembers, requireGrant, requireOwnerLeft } from './guard'
import { ChangeRoleInput } from './schemas'

/**
 * Gives a member another role. It holds from their next request on.
 *
 * @throws DomainError `forbidden` where the old or the new role may do more than the caller, `conflict` for the last owner
 */
export async function changeRole(ctx: ServiceContext, raw: ChangeRoleInput): Promise<void> {
  authorize(ctx, 'member:write')
  const { id, role } = ChangeRoleInput.parse(raw)
  await ctx.db.transaction(async (tx) => {
    const caller = await lockMembers(tx, ctx)
    const before = await findMember(tx, caller, id)
    if (before.role === role) return
    requireGrant(caller, before.role)
    requireGrant(caller, role)
    await tx.update(membership).set({ role }).where(eq(membership.id, id))
    await requireOwnerLeft(tx, ctx.workspaceId)
    await audit(tx, ctx, 'member.changeRole', id, { userId: before.userId, before: before.role, after: role })
    await notify(tx, { workspaceId: ctx.workspaceId, topic: 'member', id })
  })
}
