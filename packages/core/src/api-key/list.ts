import { apiKey, user } from '@palate/db'
import { and, desc, eq, isNull } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import type { ApiKeyView } from './schemas'

/** The keys that work today, newest first. */
export async function listApiKeys(ctx: ServiceContext): Promise<ApiKeyView[]> {
  authorize(ctx, 'apiKey:write')
  return ctx.db
    .select({
      id: apiKey.id,
      name: apiKey.name,
      role: apiKey.role,
      createdBy: user.name,
      createdAt: apiKey.createdAt,
      lastUsedAt: apiKey.lastUsedAt,
    })
    .from(apiKey)
    .innerJoin(user, eq(user.id, apiKey.userId))
    .where(and(eq(apiKey.workspaceId, ctx.workspaceId), isNull(apiKey.revokedAt)))
    .orderBy(desc(apiKey.createdAt), desc(apiKey.id))
}
