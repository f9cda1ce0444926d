import { membership } from '@palate/db'
import { eq } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { notify } from '../notify'
import { authorize } from '../permission'
import { findMember, lockMembers, requireGrant, requireOther, requireOwnerLeft } from './guard'
import { MemberRef } from './schemas'

/**
 * Shuts a member out without forgetting them: their pages, sockets, keys and links stop at once, and work again when they are
 * enabled. A repeated call changes nothing.
 */
export function disableMember(ctx: ServiceContext, raw: MemberRef): Promise<void> {
  return setDisabled(ctx, raw, true)
}

export function enableMember(ctx: ServiceContext, raw: MemberRef): Promise<void> {
  return setDisabled(ctx, raw, false)
}

async function setDisabled(ctx: ServiceContext, raw: MemberRef, disabled: boolean): Promise<void> {
  authorize(ctx, 'member:write')
  const { id } = MemberRef.parse(raw)
  await ctx.db.transaction(async (tx) => {
    const caller = await lockMembers(tx, ctx)
    const before = await findMember(tx, caller, id)
    requireGrant(caller, before.role)
    requireOther(caller, before)
    if ((before.disabledAt !== null) === disabled) return
    const disabledAt = disabled ? ctx.now() : null
    await tx.update(membership).set({ disabledAt }).where(eq(membership.id, id))
    await requireOwnerLeft(tx, ctx.workspaceId)
    await audit(tx, ctx, disabled ? 'member.disable' : 'member.enable', id, { userId: before.userId })
    await notify(tx, { workspaceId: ctx.workspaceId, topic: 'member', id })
  })
}
