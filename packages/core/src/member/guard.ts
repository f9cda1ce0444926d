import { membership, type Role, type Transaction, workspace } from '@palate/db'
import { and, eq, isNull } from 'drizzle-orm'
import { actorUserId } from '../actor'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { authorize, may, scopesOf } from '../permission'

export type MembershipRow = typeof membership.$inferSelect

/**
 * Members of a workspace change one after another: what is read after this is what the change is made to. The caller's own
 * role is read again, because it may have changed while this call waited.
 *
 * @returns the context with the caller's present role
 */
export async function lockMembers(tx: Transaction, ctx: ServiceContext): Promise<ServiceContext> {
  const { workspaceId, actor, role } = ctx
  const one = eq(workspace.id, workspaceId)
  // Not `update`: that would also wait for every row that is being written with a reference to the workspace.
  const [found] = await tx.select({ id: workspace.id }).from(workspace).where(one).for('no key update')
  required(found, 'This workspace')
  if (role === null || actor.kind !== 'user') return ctx
  const [own] = await tx
    .select({ role: membership.role })
    .from(membership)
    .where(
      and(
        eq(membership.workspaceId, workspaceId),
        eq(membership.userId, actor.userId),
        isNull(membership.disabledAt),
      ),
    )
  if (!own) throw new DomainError('forbidden', 'You are no longer a member of this workspace.')
  return { ...ctx, role: own.role }
}

/** The member, as they are under the lock. @throws DomainError `not_found` */
export async function findMember(tx: Transaction, ctx: ServiceContext, id: string): Promise<MembershipRow> {
  const own = and(eq(membership.id, id), eq(membership.workspaceId, ctx.workspaceId))
  const [found] = await tx.select().from(membership).where(own)
  return required(found, 'This member')
}

/**
 * Nobody gives or takes away more than they have: an admin makes no owner and changes none, and a key with few permissions
 * gives no role with more.
 */
export function requireGrant(ctx: ServiceContext, role: Role): void {
  authorize(ctx, 'member:write')
  if (scopesOf(role).every((scope) => may(ctx, scope))) return
  throw new DomainError(
    'forbidden',
    `You cannot give or change the role ${role}: it may do more than you.`,
    'Ask an owner of the workspace.',
  )
}

/** @throws DomainError `conflict` where no owner is left, so that the change is undone */
export async function requireOwnerLeft(tx: Transaction, workspaceId: string): Promise<void> {
  const owners = and(
    eq(membership.workspaceId, workspaceId),
    eq(membership.role, 'owner'),
    isNull(membership.disabledAt),
  )
  const [left] = await tx.select({ id: membership.id }).from(membership).where(owners).limit(1)
  if (left) return
  throw new DomainError(
    'conflict',
    'A workspace needs an owner, and this is the last one.',
    'Make another member an owner first.',
  )
}

/** Nobody disables or removes themselves by mistake. */
export function requireOther({ actor }: ServiceContext, { userId }: MembershipRow): void {
  if (userId !== actorUserId(actor)) return
  throw new DomainError('invalid', 'This is you.', 'To go, leave the workspace.')
}
