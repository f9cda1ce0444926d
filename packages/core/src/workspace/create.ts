import { createHash } from 'node:crypto'
import { limits } from '@palate/config'
import { membership, newId, workspace } from '@palate/db'
import { eq, sql } from 'drizzle-orm'
import { audit } from '../audit'
import type { Deps, ServiceContext } from '../context'
import { DomainError } from '../error'
import { seedSuite } from '../evaluation/seed-suite'
import { seedPersonas } from '../persona/write'
import { inWorkspace } from '../tenant'
import { takeBudget } from '../user/budget'
import { requirePerson } from '../user/session'
import type { Caller } from './caller'
import { CreateWorkspaceInput } from './schemas'
import { listWorkspaces } from './session'

/**
 * Makes a workspace with the caller as its owner, and with the personas and the suite that every workspace starts with.
 *
 * @param key of the call: a repeated one makes no second workspace
 * @throws DomainError `conflict` for a person who owns as many as they may
 */
export async function createWorkspace(
  deps: Deps,
  caller: Caller,
  raw: CreateWorkspaceInput,
  key?: string | null,
): Promise<{ id: string }> {
  const { userId } = requirePerson(caller)
  const { name } = CreateWorkspaceInput.parse(raw)
  const id = key ? idOfCall(userId, key) : newId('ws')
  const bound = inWorkspace(deps, id)
  await bound.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`create-workspace ${userId}`}, 0))`)
    const [there] = await tx.select({ id: workspace.id }).from(workspace).where(eq(workspace.id, id))
    if (there) return
    await requireRoom(deps, userId)
    await takeBudget(tx, { what: 'createWorkspace', key: userId, now: deps.now() })
    await tx.insert(workspace).values({ id, slug: slugOf(name, id), name })
    await tx.insert(membership).values({ id: newId('mem'), workspaceId: id, userId, role: 'owner' })
    const ctx: ServiceContext = { ...bound, actor: caller, workspaceId: id, role: 'owner' }
    await seedPersonas(tx, ctx)
    await seedSuite(tx, ctx)
    await audit(tx, ctx, 'workspace.create', id, { name })
  })
  return { id }
}

async function requireRoom(deps: Deps, userId: string): Promise<void> {
  const owned = (await listWorkspaces(deps, userId)).filter(({ role }) => role === 'owner')
  const most = limits.workspace.ownedByPerson
  if (owned.length < most) return
  throw new DomainError(
    'conflict',
    `You own ${most} workspaces, which is the most that one person may.`,
    'Hand one over or leave it first.',
  )
}

/** A person and the key of their call name the workspace, so that the same call finds it again. */
function idOfCall(userId: string, key: string): string {
  return `ws_${createHash('sha256').update(`${userId} ${key}`).digest('hex').slice(0, 32)}`
}

/** A readable name for links and scripts. Its end makes it unique, and says nothing of other workspaces. */
function slugOf(name: string, id: string): string {
  const words = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return `${words || 'workspace'}-${id.slice(-8)}`
}
