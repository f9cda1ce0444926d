import { apiKey, membership, type Role, user, workspace } from '@palate/db'
import { and, asc, eq, isNull } from 'drizzle-orm'
import type { Actor } from '../actor'
import { isLiveKey } from '../api-key/resolve'
import type { Deps, ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { authorize, may, scopesOf } from '../permission'
import { acrossWorkspaces, inWorkspace } from '../tenant'
import type { Caller } from './caller'
import { holderOf } from './listener'
import type { SessionView, WorkspaceView } from './schemas'

/** The workspaces of a person, by date of joining. */
export async function listWorkspaces(deps: Deps, userId: string): Promise<WorkspaceView[]> {
  return acrossWorkspaces(deps, 'caller')
    .db.select({ id: workspace.id, slug: workspace.slug, name: workspace.name, role: membership.role })
    .from(membership)
    .innerJoin(workspace, eq(workspace.id, membership.workspaceId))
    .where(and(eq(membership.userId, userId), isNull(membership.disabledAt)))
    .orderBy(asc(membership.createdAt), asc(membership.id))
}

/** A ticket is used at once; each new connection gets a new one. */
const ticketSeconds = 60

/** A ticket for the hub's `/live` sockets of this workspace. */
export async function createLiveTicket(ctx: ServiceContext): Promise<{ ticket: string }> {
  authorize(ctx, 'workspace:read')
  const { userId, ...holder } = holderOf(ctx)
  if (userId === undefined)
    throw new DomainError('forbidden', 'Only people and API keys listen to a workspace.')
  return { ticket: await ctx.tickets.sign('live', { ...holder, userId }, ticketSeconds) }
}

/** The caller, the workspace, and the caller's scopes in it. */
export async function getSession(deps: Deps, caller: Caller, named: string | null): Promise<SessionView> {
  const [person] = await deps.db
    .select({ id: user.id, name: user.name, email: user.email })
    .from(user)
    .where(eq(user.id, caller.userId))
  if (!person) throw new DomainError('unauthenticated', 'This account does not exist.')
  const ctx = await resolveWorkspace(deps, caller, named)
  const [row] = await ctx.db
    .select({ id: workspace.id, slug: workspace.slug, name: workspace.name })
    .from(workspace)
    .where(eq(workspace.id, ctx.workspaceId))
  const current = required(row, 'This workspace')
  const role = ctx.role ?? 'viewer'
  const scopes = scopesOf(role).filter((scope) => may(ctx, scope))
  return {
    user: person,
    workspace: current,
    role,
    scopes,
    workspaces: caller.kind === 'apiKey' ? [{ ...current, role }] : await listWorkspaces(deps, caller.userId),
  }
}

/**
 * The context of a call: the named workspace (id or slug) or the caller's first one, with the caller's current role.
 * An API key works in its own workspace only; a personal one may do what both it and its maker may.
 *
 * @throws DomainError `forbidden`, with the same sentence whether the workspace exists or not; `unauthenticated` for a
 * key that is revoked or has expired
 */
export async function resolveWorkspace(
  deps: Deps,
  caller: Caller,
  named: string | null,
): Promise<ServiceContext> {
  if (caller.kind === 'user') {
    const { id, role } = pick(await listWorkspaces(deps, caller.userId), named)
    return contextOf(deps, caller, id, role)
  }
  const { key, home } = await findKey(deps, caller)
  const held = key.personal ? await listWorkspaces(deps, caller.userId) : [{ ...home, role: key.role }]
  const { id, role } = pick(
    held.filter((one) => one.id === caller.workspaceId),
    named,
  )
  const actor = { kind: 'apiKey', keyId: caller.keyId, userId: caller.userId } as const
  const scopes = scopesOf(key.role).filter((scope) => key.scopes?.includes(scope) ?? true)
  return { ...contextOf(deps, actor, id, role), scopes }
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

async function findKey(deps: Deps, caller: Caller & { kind: 'apiKey' }) {
  const [found] = await inWorkspace(deps, caller.workspaceId)
    .db.select({ key: apiKey, home: { id: workspace.id, slug: workspace.slug, name: workspace.name } })
    .from(apiKey)
    .innerJoin(workspace, eq(workspace.id, apiKey.workspaceId))
    .where(
      and(
        eq(apiKey.id, caller.keyId),
        eq(apiKey.userId, caller.userId),
        eq(apiKey.workspaceId, caller.workspaceId),
        isLiveKey(deps.now()),
      ),
    )
  if (found) return found
  throw new DomainError(
    'unauthenticated',
    'This API key was revoked or has expired.',
    'Create a new one in the settings, or ask an owner for one.',
  )
}

function contextOf(deps: Deps, actor: Actor, workspaceId: string, role: Role): ServiceContext {
  return { ...inWorkspace(deps, workspaceId), actor, workspaceId, role }
}
