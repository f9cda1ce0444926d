import { invitation } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { notify } from '../notify'
import { authorize } from '../permission'
import { InvitationRef } from './schemas'

/** Makes a link worthless. A repeated call changes nothing. @throws DomainError `conflict` when it was accepted */
export async function revokeInvitation(ctx: ServiceContext, raw: InvitationRef): Promise<void> {
  authorize(ctx, 'member:write')
  const { id } = InvitationRef.parse(raw)
  await ctx.db.transaction(async (tx) => {
    const own = and(eq(invitation.id, id), eq(invitation.workspaceId, ctx.workspaceId))
    const [row] = await tx.select().from(invitation).where(own).for('update')
    const found = required(row, 'This invitation')
    if (found.acceptedAt)
      throw new DomainError('conflict', 'This invitation was accepted already.', 'Remove the member instead.')
    if (found.revokedAt) return
    await tx.update(invitation).set({ revokedAt: ctx.now() }).where(own)
    await audit(tx, ctx, 'invitation.revoke', id, { role: found.role, email: found.email })
    await notify(tx, { workspaceId: ctx.workspaceId, topic: 'member', id })
  })
}
