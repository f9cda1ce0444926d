import { apiKey, type Role } from '@palate/db'
import { and, eq, isNull } from 'drizzle-orm'
import type { Actor } from '../actor'
import type { Deps, ServiceContext } from '../context'
import { DomainError } from '../error'
import type { Caller } from './caller'
import { listWorkspaces } from './list'
import type { WorkspaceView } from './schemas'

const rank: Record<Role, number> = { viewer: 0, labeler: 1, engineer: 2, owner: 3 }

/**
 * The context of a call: the workspace named (an id or a slug), else the caller's first, with the role held there
 * today. An API key works in its own workspace only, with the lesser of its role and its maker's.
 *
 * @throws DomainError `forbidden`, in the same words whether the workspace exists or not; `unauthenticated` for a
 * key that was revoked.
 */
export async function resolveWorkspace(
  deps: Deps,
  caller: Caller,
  named: string | null,
): Promise<ServiceContext> {
  const memberships = await listWorkspaces(deps.db, caller.userId)
  if (caller.kind === 'user') {
    const found = pick(memberships, named)
    return contextOf(deps, { kind: 'user', userId: caller.userId }, found.id, found.role)
  }
  const found = pick(
    memberships.filter((one) => one.id === caller.workspaceId),
    named,
  )
  const keyRole = await findKeyRole(deps, caller)
  const role = rank[keyRole] < rank[found.role] ? keyRole : found.role
  return contextOf(deps, { kind: 'apiKey', keyId: caller.keyId, userId: caller.userId }, found.id, role)
}

function pick(workspaces: WorkspaceView[], named: string | null): WorkspaceView {
  const found = named ? workspaces.find((one) => one.id === named || one.slug === named) : workspaces[0]
  if (found) return found
  throw new DomainError(
    'forbidden',
    'You are not a member of this workspace.',
    'Ask an owner of the workspace to add you, or switch to another one.',
  )
}

async function findKeyRole(deps: Deps, caller: Caller & { kind: 'apiKey' }): Promise<Role> {
  const [key] = await deps.db
    .select({ role: apiKey.role })
    .from(apiKey)
    .where(
      and(
        eq(apiKey.id, caller.keyId),
        eq(apiKey.userId, caller.userId),
        eq(apiKey.workspaceId, caller.workspaceId),
        isNull(apiKey.revokedAt),
      ),
    )
  if (key) return key.role
  throw new DomainError(
    'unauthenticated',
    'This API key is not valid any more.',
    'Ask an owner for a new one.',
  )
}

function contextOf(deps: Deps, actor: Actor, workspaceId: string, role: Role): ServiceContext {
  return { ...deps, actor, workspaceId, role }
}
