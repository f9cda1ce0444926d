import { invitation, user } from '@palate/db'
import { and, desc, eq, gt, isNull } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import type { InvitationView } from './schemas'

/** The invitations that can still be accepted, newest first. Without their links: those are shown once. */
export async function listInvitations(ctx: ServiceContext): Promise<InvitationView[]> {
  authorize(ctx, 'member:write')
  return ctx.db
    .select({
      id: invitation.id,
      role: invitation.role,
      email: invitation.email,
      createdBy: user.name,
      createdAt: invitation.createdAt,
      expiresAt: invitation.expiresAt,
    })
    .from(invitation)
    .innerJoin(user, eq(user.id, invitation.createdBy))
    .where(
      and(
        eq(invitation.workspaceId, ctx.workspaceId),
        isNull(invitation.acceptedAt),
        isNull(invitation.revokedAt),
        gt(invitation.expiresAt, ctx.now()),
      ),
    )
    .orderBy(desc(invitation.createdAt), desc(invitation.id))
}
