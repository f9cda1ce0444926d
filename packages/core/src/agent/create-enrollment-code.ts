import { enrollmentCode, newId } from '@palate/db'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { hashSecret, newSecret } from '../secret'

const codeMs = 15 * 60_000

/** A code that turns one machine into an agent of the workspace. Shown once, good once, for 15 minutes. */
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
