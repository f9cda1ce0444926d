import { invitation, newId } from '@palate/db'
import { actorUserId } from '../actor'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError } from '../error'
import { lockMembers, requireGrant } from '../member/guard'
import { notify } from '../notify'
import { authorize } from '../permission'
import { hashSecret, newSecret } from '../secret'
import { takeBudget } from '../user/budget'
import { type CreatedInvitation, CreateInvitationInput } from './schemas'

const validMs = 7 * 24 * 3_600_000

/**
 * Makes a link that lets one person in, within seven days. Only this reply contains it.
 *
 * @throws DomainError `forbidden` for a role that may do more than the caller
 */
export async function createInvitation(
  ctx: ServiceContext,
  raw: CreateInvitationInput,
): Promise<CreatedInvitation> {
  authorize(ctx, 'member:write')
  const { role, email } = CreateInvitationInput.parse(raw)
  const createdBy = actorUserId(ctx.actor)
  if (!createdBy) throw new DomainError('forbidden', 'Only a person can invite.')
  const id = newId('inv')
  const token = newSecret('piv')
  const now = ctx.now()
  const expiresAt = new Date(now.getTime() + validMs)
  await ctx.db.transaction(async (tx) => {
    requireGrant(await lockMembers(tx, ctx), role)
    await takeBudget(tx, { what: 'invite', key: ctx.workspaceId, now })
    const { workspaceId } = ctx
    await tx
      .insert(invitation)
      .values({ id, workspaceId, hash: hashSecret(token), role, email, createdBy, createdAt: now, expiresAt })
    await audit(tx, ctx, 'invitation.create', id, { role, email })
    await notify(tx, { workspaceId, topic: 'member', id })
  })
  return { id, path: `/invite/${token}`, expiresAt }
}
