import { invitation, membership, newId, type Transaction, user, workspace } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import { audit } from '../audit'
import type { Deps, ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { notify } from '../notify'
import { acrossWorkspaces } from '../tenant'
import { createUser } from '../user/create'
import { requirePerson } from '../user/session'
import type { Caller } from '../workspace/caller'
import { countLook, findInvitation, type InvitationRow, requireOpen } from './open'
import { InvitationToken, JoinInput } from './schemas'

export interface Joined {
  workspaceId: string
}

/**
 * A signed-in person joins. Who is a member already stays as they are, and uses nothing up; a second click gets the reply of
 * the first.
 *
 * @throws DomainError `forbidden` for an invitation to somebody else, `not_found` for one that is not open
 */
export async function acceptInvitation(deps: Deps, caller: Caller, raw: InvitationToken): Promise<Joined> {
  const { userId } = requirePerson(caller)
  const { token } = InvitationToken.parse(raw)
  await countLook(deps, userId)
  const all = acrossWorkspaces(deps, 'invitation')
  return all.db.transaction(async (tx) => {
    const row = await lockInvitation(tx, token)
    const member = row && (await findMembership(tx, row.workspaceId, userId))
    if (row && member && row.acceptedBy === userId) return { workspaceId: row.workspaceId }
    const found = await requireOpen(tx, row, deps.now())
    const [person] = await tx.select({ email: user.email }).from(user).where(eq(user.id, userId))
    requireAddressee(found, required(person, 'This account').email)
    if (member) return { workspaceId: found.workspaceId }
    return join(tx, all, found, userId)
  })
}

/**
 * A new person joins: this makes their account. The address counts as not verified, because a link can be passed on.
 *
 * @throws DomainError `conflict` when the address has an account, `not_found` for an invitation that is not open
 */
export async function joinAsNew(deps: Deps, address: string, raw: JoinInput): Promise<Joined> {
  const { token, account } = JoinInput.parse(raw)
  await countLook(deps, address)
  const all = acrossWorkspaces(deps, 'invitation')
  return all.db.transaction(async (tx) => {
    const found = await requireOpen(tx, await lockInvitation(tx, token), deps.now())
    requireAddressee(found, account.email)
    const { id } = await createUser(tx, account)
    return join(tx, all, found, id)
  })
}

/** First the workspace, then the invitation, as the removal of a member does: so that neither waits for the other. */
async function lockInvitation(tx: Transaction, token: string): Promise<InvitationRow | undefined> {
  const seen = await findInvitation(tx, token)
  if (!seen) return undefined
  const of = eq(workspace.id, seen.workspaceId)
  await tx.select({ id: workspace.id }).from(workspace).where(of).for('no key update')
  const [row] = await tx.select().from(invitation).where(eq(invitation.id, seen.id)).for('update')
  return row
}

/** @throws DomainError `forbidden` for a member who is disabled: an old link is no way back in */
async function findMembership(tx: Transaction, workspaceId: string, userId: string): Promise<boolean> {
  const [found] = await tx
    .select({ disabledAt: membership.disabledAt })
    .from(membership)
    .where(and(eq(membership.workspaceId, workspaceId), eq(membership.userId, userId)))
  if (found?.disabledAt)
    throw new DomainError('forbidden', 'Your membership is disabled.', 'Ask an admin of the workspace.')
  return found !== undefined
}

function requireAddressee({ email }: InvitationRow, own: string): void {
  if (email === null || email === own) return
  throw new DomainError(
    'forbidden',
    `This invitation is for ${email}.`,
    'Sign in with that address, or ask for an invitation to yours.',
  )
}

async function join(tx: Transaction, deps: Deps, found: InvitationRow, userId: string): Promise<Joined> {
  const { workspaceId, role } = found
  const used = { acceptedAt: deps.now(), acceptedBy: userId }
  await tx.update(invitation).set(used).where(eq(invitation.id, found.id))
  const id = newId('mem')
  await tx.insert(membership).values({ id, workspaceId, userId, role, createdAt: deps.now() })
  const ctx: ServiceContext = { ...deps, actor: { kind: 'user', userId }, workspaceId, role }
  await audit(tx, ctx, 'invitation.accept', found.id, { userId, role, invitedBy: found.createdBy })
  await notify(tx, { workspaceId, topic: 'member', id })
  return { workspaceId }
}
