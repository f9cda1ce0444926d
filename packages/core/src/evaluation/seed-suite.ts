import { createHash } from 'node:crypto'
import { newId, suite, suiteCase, type Transaction } from '@palate/db'
import { sixCooks } from '@palate/recipe'
import { and, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { required } from '../error'

/**
 * Adds the suite "Six cooks" to the workspace. The hash of its content identifies it: the same cases are stored once,
 * and changed cases make a new suite.
 */
export async function seedSuite(tx: Transaction, ctx: ServiceContext): Promise<{ suiteId: string }> {
  const { workspaceId } = ctx
  const sha256 = createHash('sha256').update(JSON.stringify(sixCooks)).digest('hex')
  const id = newId('suite')
  const [made] = await tx
    .insert(suite)
    .values({ id, workspaceId, name: sixCooks.name, sha256 })
    .onConflictDoNothing({ target: [suite.workspaceId, suite.sha256] })
    .returning()
  if (!made) {
    const [there] = await tx
      .select({ id: suite.id })
      .from(suite)
      .where(and(eq(suite.workspaceId, workspaceId), eq(suite.sha256, sha256)))
    return { suiteId: required(there, 'The suite').id }
  }
  await tx.insert(suiteCase).values(
    sixCooks.cases.map(({ id: key, category, persona, inventory, request }) => ({
      id: newId('case'),
      workspaceId,
      suiteId: id,
      key,
      category,
      personaSlug: persona,
      inventory,
      request,
    })),
  )
  return { suiteId: id }
}
