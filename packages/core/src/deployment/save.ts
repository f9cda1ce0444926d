import { deployment, newId, type Transaction } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import type { z } from 'zod'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { chooseModel } from '../model/choose'
import { notify } from '../notify'
import { authorize } from '../permission'
import { narrow, widen } from '../tenant'
import { type DeploymentView, readDeployments } from './list'
import { SaveDeploymentInput } from './schemas'

/**
 * Deploys a model under a public name, or changes a deployment. It takes effect at once.
 * @throws DomainError `not_found`, or `conflict` when the name is taken, in any workspace
 */
export async function saveDeployment(
  ctx: ServiceContext,
  input: SaveDeploymentInput,
): Promise<DeploymentView> {
  authorize(ctx, 'deployment:write')
  const wanted = SaveDeploymentInput.parse(input)
  const { workspaceId } = ctx
  return ctx.db.transaction(async (tx) => {
    const model = await chooseModel(tx, workspaceId, { use: 'deployment', id: wanted.modelVersionId })
    const before = wanted.id ? await readShown(tx, wanted.id) : undefined
    const id = await writeDeployment(tx, ctx, { ...wanted, modelVersionId: model.id })
    await audit(tx, ctx, 'deployment.save', id, { before, after: await readShown(tx, id) })
    await notify(tx, { workspaceId, topic: 'deployment', id })
    const [view] = await readDeployments(tx, workspaceId, id)
    return required(view, 'This deployment')
  })
}

/** What the audit log says of a deployment. */
async function readShown(tx: Transaction, id: string) {
  const { slug, title, active, modelVersionId } = deployment
  const [row] = await tx
    .select({ slug, title, active, modelVersionId })
    .from(deployment)
    .where(eq(deployment.id, id))
  return row
}

async function writeDeployment(
  tx: Transaction,
  { workspaceId, now }: ServiceContext,
  { id: given, ...fields }: z.output<typeof SaveDeploymentInput>,
): Promise<string> {
  if (given) {
    const [own] = await tx
      .select({ id: deployment.id })
      .from(deployment)
      .where(and(eq(deployment.workspaceId, workspaceId), eq(deployment.id, given)))
      .for('update')
    required(own, 'This deployment')
  }
  await widen(tx, 'name')
  const [taken] = await tx
    .select({ id: deployment.id })
    .from(deployment)
    .where(eq(deployment.slug, fields.slug))
  await narrow(tx, workspaceId)
  if (taken && taken.id !== given) throw slugTaken(fields.slug)
  const row = { ...fields, updatedAt: now() }
  if (given) {
    await tx.update(deployment).set(row).where(eq(deployment.id, given))
    return given
  }
  const id = newId('dep')
  // With two inserts of the same name at once, the second waits for the first and then conflicts.
  const made = await tx
    .insert(deployment)
    .values({ id, workspaceId, ...row })
    .onConflictDoNothing({ target: deployment.slug })
    .returning({ id: deployment.id })
  if (made.length === 0) throw slugTaken(fields.slug)
  return id
}

function slugTaken(slug: string): DomainError {
  return new DomainError('conflict', `The public name "${slug}" is taken.`, 'Choose another one.')
}
