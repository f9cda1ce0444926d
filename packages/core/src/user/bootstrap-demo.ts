import { membership, newId, type Transaction, user, workspace } from '@palate/db'
import { and, asc, eq, sql } from 'drizzle-orm'
import { audit } from '../audit'
import { type Deps, type ServiceContext, systemContext } from '../context'
import { seedSuite } from '../evaluation/seed-suite'
import { seedPersonas } from '../persona/seed'
import { createUser } from './create'
import { newPassword } from './password'

const slug = 'test-kitchen'
const ownerEmail = 'owner@palate.example'

export interface DemoWorkspace {
  created: boolean
  workspaceId: string
  ownerId: string
  ownerEmail: string
  /** In the answer of the first call only; from then on there is just its hash. */
  ownerPassword: string | null
}

/**
 * Makes the workspace "Test WorkspaceFixture" with its owner, its personas and the frozen suite. Called at every start: what
 * is there is left alone, what a newer version brings along is added.
 */
export async function bootstrapDemo(deps: Deps): Promise<DemoWorkspace> {
  return deps.db.transaction(async (tx) => {
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

/** What the demo's owner may do, for the programs that work in their name. */
export function demoOwner(deps: Deps, { workspaceId, ownerId }: DemoWorkspace): ServiceContext {
  return { ...deps, actor: { kind: 'user', userId: ownerId }, workspaceId, role: 'owner' }
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
  await tx.insert(workspace).values({ id: workspaceId, slug, name: 'Test WorkspaceFixture' })
  const ownerPassword = newPassword()
  const owner = await createUser(tx, { email: ownerEmail, name: 'Owner', password: ownerPassword })
  await tx.insert(membership).values({ id: newId('mem'), workspaceId, userId: owner.id, role: 'owner' })
  return { created: true, workspaceId, ownerId: owner.id, ownerEmail, ownerPassword }
}
