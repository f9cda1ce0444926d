import { membership, newId, type Transaction, user, workspace } from '@palate/db'
import { and, asc, eq, sql } from 'drizzle-orm'
import { audit } from '../audit'
import { type Deps, type ServiceContext, systemContext } from '../context'
import { seedSuite } from '../evaluation/seed-suite'
import { seedPersonas } from '../persona/write'
import { acrossWorkspaces, inWorkspace } from '../tenant'
import { createUser } from './create'
import { newPassword } from './password'

const slug = 'demo'
const ownerEmail = 'owner@palate.example'

export interface DemoWorkspace {
  created: boolean
  workspaceId: string
  ownerId: string
  ownerEmail: string
  /** Returned by the first call only; after that only its hash is stored. */
  ownerPassword: string | null
}

/**
 * Creates the workspace "Demo" with its owner, its personas and the frozen suite. Called at every start: existing rows
 * are not changed, and rows that a newer version adds are inserted.
 */
export async function bootstrapDemo(deps: Deps): Promise<DemoWorkspace> {
  const { db } = acrossWorkspaces(deps, 'start')
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('bootstrap-demo', 0))`)
    const there = await findDemo(tx)
    const demo = there ?? (await createDemo(tx))
    const ctx = systemContext(deps, demo.workspaceId, 'demo')
    await seedPersonas(tx, ctx)
    await seedSuite(tx, ctx)
    if (demo.created) await audit(tx, ctx, 'workspace.create', demo.workspaceId, { slug })
    return demo
  })
}

/** The context of the demo's owner, for programs that act for them. */
export function demoOwner(deps: Deps, { workspaceId, ownerId }: DemoWorkspace): ServiceContext {
  const actor = { kind: 'user', userId: ownerId } as const
  return { ...inWorkspace(deps, workspaceId), actor, workspaceId, role: 'owner' }
}

async function findDemo(tx: Transaction): Promise<DemoWorkspace | null> {
  const [row] = await tx
    .select({ workspaceId: workspace.id, userId: user.id, email: user.email })
    .from(workspace)
    .innerJoin(membership, and(eq(membership.workspaceId, workspace.id), eq(membership.role, 'owner')))
    .innerJoin(user, eq(user.id, membership.userId))
    .where(eq(workspace.slug, slug))
    .orderBy(asc(membership.createdAt), asc(membership.id))
    .limit(1)
  return row
    ? {
        created: false,
        workspaceId: row.workspaceId,
        ownerId: row.userId,
        ownerEmail: row.email,
        ownerPassword: null,
      }
    : null
}

async function createDemo(tx: Transaction): Promise<DemoWorkspace> {
  const workspaceId = newId('ws')
  await tx.insert(workspace).values({ id: workspaceId, slug, name: 'Demo' })
  const ownerPassword = newPassword()
  const owner = await createUser(tx, { email: ownerEmail, name: 'Owner', password: ownerPassword })
  await tx.insert(membership).values({ id: newId('mem'), workspaceId, userId: owner.id, role: 'owner' })
  return { created: true, workspaceId, ownerId: owner.id, ownerEmail, ownerPassword }
}
