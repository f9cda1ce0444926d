import { apiKey, newId, user } from '@palate/db'
import { and, desc, eq, isNull } from 'drizzle-orm'
import { actorUserId } from '../actor'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { authorize } from '../permission'
import { hashSecret, newSecret } from '../secret'
import { ApiKeyRef, type ApiKeyView, CreateApiKeyInput } from './schemas'

/** The keys that are not revoked, newest first. */
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

/** Creates a key for scripts. Only this reply contains the key: its hash is stored. */
export async function createApiKey(
  ctx: ServiceContext,
  raw: CreateApiKeyInput,
): Promise<{ id: string; key: string }> {
  authorize(ctx, 'apiKey:write')
  const input = CreateApiKeyInput.parse(raw)
  const userId = actorUserId(ctx.actor)
  if (!userId)
    throw new DomainError('forbidden', 'An API key acts for a person, so only a person can create it.')
  const key = newSecret('plt')
  const id = newId('key')
  await ctx.db.transaction(async (tx) => {
    await tx.insert(apiKey).values({
      id,
      workspaceId: ctx.workspaceId,
      userId,
      name: input.name,
      role: input.role,
      hash: hashSecret(key),
    })
    await audit(tx, ctx, 'apiKey.create', id, { name: input.name, role: input.role })
  })
  return { id, key }
}

/** Revokes a key. A repeated call changes nothing. */
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
