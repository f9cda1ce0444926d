import { membership, user } from '@palate/db'
import { asc, eq } from 'drizzle-orm'
import { actorUserId } from '../actor'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import type { MemberView } from './schemas'

/** The members by date of joining, those who are disabled too. */
export async function listMembers(ctx: ServiceContext): Promise<MemberView[]> {
  authorize(ctx, 'member:read')
  const rows = await ctx.db
    .select({
      id: membership.id,
      userId: membership.userId,
      name: user.name,
      email: user.email,
      role: membership.role,
      joinedAt: membership.createdAt,
      disabledAt: membership.disabledAt,
    })
    .from(membership)
    .innerJoin(user, eq(user.id, membership.userId))
    .where(eq(membership.workspaceId, ctx.workspaceId))
    .orderBy(asc(membership.createdAt), asc(membership.id))
  const self = actorUserId(ctx.actor)
  return rows.map(({ userId, ...row }) => ({ ...row, self: userId === self }))
}
