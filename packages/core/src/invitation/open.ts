import { invitation, membership, type Transaction, user, workspace } from '@palate/db'
import { mayRole } from '@palate/protocol'
import { and, eq, isNull } from 'drizzle-orm'
import type { Deps } from '../context'
import { DomainError } from '../error'
import { scopesOf } from '../permission'
import { hashSecret } from '../secret'
import { acrossWorkspaces } from '../tenant'
import { takeBudget } from '../user/budget'
import { type InvitationPreview, InvitationToken } from './schemas'

export type InvitationRow = typeof invitation.$inferSelect

/**
 * What an invitation says to anyone who has its link.
 *
 * @param address whose tries are counted
 * @throws DomainError `not_found`, with the same sentence for a wrong token and for one that is worth nothing any more
 */
export async function previewInvitation(
  deps: Deps,
  address: string,
  raw: InvitationToken,
): Promise<InvitationPreview> {
  const { token } = InvitationToken.parse(raw)
  await countLook(deps, address)
  return acrossWorkspaces(deps, 'invitation').db.transaction(async (tx) => {
    const found = await requireOpen(tx, await findInvitation(tx, token), deps.now())
    const [said] = await tx
      .select({ workspace: workspace.name, invitedBy: user.name })
      .from(workspace)
      .innerJoin(user, eq(user.id, found.createdBy))
      .where(eq(workspace.id, found.workspaceId))
    if (!said) throw notOpen()
    return { ...said, role: found.role, email: found.email, expiresAt: found.expiresAt }
  })
}

/** In a transaction of its own, so that a look that finds nothing counts too. */
export async function countLook(deps: Deps, key: string): Promise<void> {
  await deps.db.transaction((tx) => takeBudget(tx, { what: 'openInvitation', key, now: deps.now() }))
}

export async function findInvitation(tx: Transaction, token: string): Promise<InvitationRow | undefined> {
  const [found] = await tx
    .select()
    .from(invitation)
    .where(eq(invitation.hash, hashSecret(token)))
  return found
}

/**
 * The invitation, where it can be accepted now: not used, not revoked, not expired, and made by somebody who may still give
 * its role.
 */
export async function requireOpen(
  tx: Transaction,
  found: InvitationRow | undefined,
  now: Date,
): Promise<InvitationRow> {
  const isOpen = found && !found.acceptedAt && !found.revokedAt && found.expiresAt > now
  if (!isOpen || !(await mayStillGive(tx, found))) throw notOpen()
  return found
}

async function mayStillGive(
  tx: Transaction,
  { workspaceId, createdBy, role }: InvitationRow,
): Promise<boolean> {
  const [inviter] = await tx
    .select({ role: membership.role })
    .from(membership)
    .where(
      and(
        eq(membership.workspaceId, workspaceId),
        eq(membership.userId, createdBy),
        isNull(membership.disabledAt),
      ),
    )
  if (!inviter || !mayRole(inviter.role, 'member:write')) return false
  return scopesOf(role).every((scope) => mayRole(inviter.role, scope))
}

function notOpen(): DomainError {
  return new DomainError(
    'not_found',
    'This invitation is not valid: it was used or revoked, has expired, or the link is not complete.',
    'Ask the person who invited you for a new one.',
  )
}
