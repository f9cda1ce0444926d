import { apiKey } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { authorize } from '../permission'
import { ApiKeyRef } from './schemas'

/** Ends a key at once. Revoking it again changes nothing. */
export async function revokeApiKey(ctx: ServiceContext, raw: ApiKeyRef): Promise<void> {
  authorize(ctx, 'apiKey:write')
  const { id } = ApiKeyRef.parse(raw)
  await ctx.db.transaction(async (tx) => {
    const own = and(eq(apiKey.id, id), eq(apiKey.workspaceId, ctx.workspaceId))
    const [found] = await tx.select({ revokedAt: apiKey.revokedAt }).from(apiKey).where(own).for('update')
    if (required(found, 'This API key').revokedAt) return
    await tx.update(apiKey).set({ revokedAt: ctx.now() }).where(own)
    await audit(tx, ctx, 'apiKey.revoke', id)
  })
}
