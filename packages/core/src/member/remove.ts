import { apiKey, invitation, membership, type Transaction, user } from '@palate/db'
import { and, eq, isNull, or } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { notify } from '../notify'
import { authorize } from '../permission'
import {
  findMember,
  lockMembers,
  type MembershipRow,
  requireGrant,
  requireOther,
  requireOwnerLeft,
} from './guard'
import { MemberRef } from './schemas'

/** Takes a member out of the workspace, with their personal keys and open invitations. What they made stays. */
export async function removeMember(ctx: ServiceContext, raw: MemberRef): Promise<void> {
  authorize(ctx, 'member:write')
  const { id } = MemberRef.parse(raw)
  await ctx.db.transaction(async (tx) => {
    const caller = await lockMembers(tx, ctx)
    const member = await findMember(tx, caller, id)
    requireGrant(caller, member.role)
    requireOther(caller, member)
    await takeOut(tx, ctx, member)
    await audit(tx, ctx, 'member.remove', id, { userId: member.userId, role: member.role })
  })
}

/** The caller goes. @throws DomainError `conflict` for the last owner */
export async function leaveWorkspace(ctx: ServiceContext): Promise<void> {
  authorize(ctx, 'workspace:read')
  const { actor } = ctx
  if (actor.kind !== 'user') throw new DomainError('forbidden', 'Only a person can leave a workspace.')
  await ctx.db.transaction(async (tx) => {
    await lockMembers(tx, ctx)
    const own = and(eq(membership.workspaceId, ctx.workspaceId), eq(membership.userId, actor.userId))
    const [found] = await tx.select().from(membership).where(own)
    const member = required(found, 'Your membership')
    await takeOut(tx, ctx, member)
    await audit(tx, ctx, 'member.leave', member.id, { userId: member.userId, role: member.role })
  })
}

async function takeOut(tx: Transaction, ctx: ServiceContext, { id, userId }: MembershipRow): Promise<void> {
  const { workspaceId } = ctx
  const now = ctx.now()
  await tx.delete(membership).where(eq(membership.id, id))
  await requireOwnerLeft(tx, workspaceId)
  await tx
    .update(apiKey)
    .set({ revokedAt: now })
    .where(
      and(
        eq(apiKey.workspaceId, workspaceId),
        eq(apiKey.userId, userId),
        eq(apiKey.personal, true),
        isNull(apiKey.revokedAt),
      ),
    )
  const [person] = await tx.select({ email: user.email }).from(user).where(eq(user.id, userId))
  await tx
    .update(invitation)
    .set({ revokedAt: now })
    .where(
      and(
        eq(invitation.workspaceId, workspaceId),
        isNull(invitation.acceptedAt),
        isNull(invitation.revokedAt),
        or(eq(invitation.createdBy, userId), eq(invitation.email, person?.email ?? '')),
      ),
    )
  await notify(tx, { workspaceId, topic: 'member', id })
}
