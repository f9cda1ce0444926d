import { agent, enrollmentCode, newId } from '@palate/db'
import { EnrollRequest, type EnrollResponse } from '@palate/protocol'
import { and, eq, gt, isNull } from 'drizzle-orm'
import { audit } from '../audit'
import { type Deps, type ServiceContext, systemContext } from '../context'
import { DomainError } from '../error'
import { notify } from '../notify'
import { authorize } from '../permission'
import { hashSecret, newSecret } from '../secret'
import { acrossWorkspaces, narrow } from '../tenant'

const codeMs = 15 * 60_000

/** Creates a code that enrolls one agent in the workspace. It is shown once and works once, for 15 minutes. */
export async function createEnrollmentCode(ctx: ServiceContext): Promise<{ code: string; expiresAt: Date }> {
  authorize(ctx, 'agent:write')
  const code = newSecret('pen')
  const expiresAt = new Date(ctx.now().getTime() + codeMs)
  const id = newId('code')
  await ctx.db.transaction(async (tx) => {
    await tx
      .insert(enrollmentCode)
      .values({ id, workspaceId: ctx.workspaceId, codeHash: hashSecret(code), expiresAt })
    await audit(tx, ctx, 'agent.code', id)
  })
  return { code, expiresAt }
}

/**
 * Exchanges a one-use code for an agent's credential. Only this reply contains the credential.
 *
 * @throws DomainError `unauthenticated`, with the same sentence for a code that is unknown, used or expired
 */
export async function enrollAgent(deps: Deps, raw: EnrollRequest): Promise<EnrollResponse> {
  const { code, name } = EnrollRequest.parse(raw)
  const now = deps.now()
  const { db } = acrossWorkspaces(deps, 'agent')
  return db.transaction(async (tx) => {
    const [used] = await tx
      .update(enrollmentCode)
      .set({ usedAt: now })
      .where(
        and(
          eq(enrollmentCode.codeHash, hashSecret(code)),
          isNull(enrollmentCode.usedAt),
          gt(enrollmentCode.expiresAt, now),
        ),
      )
      .returning({ id: enrollmentCode.id, workspaceId: enrollmentCode.workspaceId })
    if (!used)
      throw new DomainError(
        'unauthenticated',
        'This enrollment code is not valid. A code works once, for 15 minutes.',
        'Create a new one on the Agents page.',
      )
    const { workspaceId } = used
    await narrow(tx, workspaceId)
    const agentId = newId('agent')
    const credential = newSecret('pag')
    await tx.insert(agent).values({ id: agentId, workspaceId, name, credentialHash: hashSecret(credential) })
    await tx.update(enrollmentCode).set({ agentId }).where(eq(enrollmentCode.id, used.id))
    await audit(tx, systemContext(deps, workspaceId, 'enrollment'), 'agent.enroll', agentId, { name })
    await notify(tx, { workspaceId, topic: 'agent', id: agentId })
    return { agentId, workspaceId, credential }
  })
}
