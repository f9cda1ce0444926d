import { apiKey, membership, type Role, user, workspace } from '@palate/db'
import { and, asc, eq, isNull } from 'drizzle-orm'
import type { Actor } from '../actor'
import type { Deps, ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { authorize, may, scopesOf } from '../permission'
import { acrossWorkspaces, inWorkspace } from '../tenant'
import type { TicketClaims } from '../ticket'
import type { SessionView, WorkspaceView } from './schemas'

/** The caller before a workspace is chosen: a signed-in person, or an API key, which belongs to one workspace. */
export type Caller =
  | { kind: 'user'; userId: string; sessionId?: string }
  | { kind: 'apiKey'; keyId: string; userId: string; workspaceId: string }

/** The workspaces of a person, by date of joining. */
export async function listWorkspaces(deps: Deps, userId: string): Promise<WorkspaceView[]> {
  return acrossWorkspaces(deps, 'caller')
    .db.select({ id: workspace.id, slug: workspace.slug, name: workspace.name, role: membership.role })
    .from(membership)
    .innerJoin(workspace, eq(workspace.id, membership.workspaceId))
    .where(eq(membership.userId, userId))
    .orderBy(asc(membership.createdAt), asc(membership.id))
}

/** A ticket is used at once; each new connection gets a new one. */
const ticketSeconds = 60

/** A ticket for the hub's `/live` sockets of this workspace. */
export async function createLiveTicket(ctx: ServiceContext): Promise<{ ticket: string }> {
  authorize(ctx, 'workspace:read')
  return { ticket: await ctx.tickets.sign('live', listenerOf(ctx), ticketSeconds) }
}

function listenerOf({ workspaceId, actor }: ServiceContext): TicketClaims<'live'> {
  if (actor.kind === 'user') return { workspaceId, userId: actor.userId, sessionId: actor.sessionId }
  if (actor.kind === 'apiKey') return { workspaceId, userId: actor.userId, keyId: actor.keyId }
  throw new DomainError('forbidden', 'Only people and API keys listen to a workspace.')
}

/** The caller, the workspace, and the caller's scopes in it. */
export async function getSession(deps: Deps, caller: Caller, named: string | null): Promise<SessionView> {
  const [person] = await deps.db
    .select({ id: user.id, name: user.name, email: user.email })
    .from(user)
    .where(eq(user.id, caller.userId))
  if (!person) throw new DomainError('unauthenticated', 'This account does not exist.')
  const ctx = await resolveWorkspace(deps, caller, named)
  const workspaces = await listWorkspaces(deps, caller.userId)
  const current = required(
    workspaces.find((one) => one.id === ctx.workspaceId),
    'This workspace',
  )
  const role = ctx.role ?? 'viewer'
  const scopes = scopesOf(role).filter((scope) => may(ctx, scope))
  return {
    user: person,
    workspace: { id: current.id, slug: current.slug, name: current.name },
    role,
    scopes,
    workspaces: caller.kind === 'apiKey' ? [{ ...current, role }] : workspaces,
  }
}

/**
 * The context of a call: the named workspace (id or slug) or the caller's first one, with the caller's current role.
 * An API key works in its own workspace only, and may do what both its role and its creator's allow.
 *
 * @throws DomainError `forbidden`, with the same sentence whether the workspace exists or not; `unauthenticated` for a
 * revoked key
 */
export async function resolveWorkspace(
  deps: Deps,
  caller: Caller,
  named: string | null,
): Promise<ServiceContext> {
  const memberships = await listWorkspaces(deps, caller.userId)
  if (caller.kind === 'user') {
    const found = pick(memberships, named)
    return contextOf(deps, caller, found.id, found.role)
  }
  const found = pick(
    memberships.filter((one) => one.id === caller.workspaceId),
    named,
  )
  const keyRole = await findKeyRole(deps, caller)
  const actor = { kind: 'apiKey', keyId: caller.keyId, userId: caller.userId } as const
  return { ...contextOf(deps, actor, found.id, found.role), scopes: scopesOf(keyRole) }
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
  const [key] = await inWorkspace(deps, caller.workspaceId)
    .db.select({ role: apiKey.role })
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
  throw new DomainError('unauthenticated', 'This API key was revoked.', 'Ask an owner for a new one.')
}

function contextOf(deps: Deps, actor: Actor, workspaceId: string, role: Role): ServiceContext {
  return { ...inWorkspace(deps, workspaceId), actor, workspaceId, role }
}
