import { user } from '@palate/db'
import { eq } from 'drizzle-orm'
import type { Deps } from '../context'
import { DomainError, required } from '../error'
import { scopesOf } from '../permission'
import type { Caller } from './caller'
import { listWorkspaces } from './list'
import { resolveWorkspace } from './resolve'
import type { SessionView } from './schemas'

/** Who calls, where, and what they may do there. */
export async function getSession(deps: Deps, caller: Caller, named: string | null): Promise<SessionView> {
  const [person] = await deps.db
    .select({ id: user.id, name: user.name, email: user.email })
    .from(user)
    .where(eq(user.id, caller.userId))
  if (!person) throw new DomainError('unauthenticated', 'This account does not exist any more.')
  const ctx = await resolveWorkspace(deps, caller, named)
  const workspaces = await listWorkspaces(deps.db, caller.userId)
  const current = required(
    workspaces.find((one) => one.id === ctx.workspaceId),
    'This workspace',
  )
  const role = ctx.role ?? 'viewer'
  return {
    user: person,
    workspace: { id: current.id, slug: current.slug, name: current.name },
    role,
    scopes: [...scopesOf[role]],
    workspaces: caller.kind === 'apiKey' ? [{ ...current, role }] : workspaces,
  }
}
