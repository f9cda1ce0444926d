import { apiKey, newId, user } from '@palate/db'
import { and, desc, eq, isNull } from 'drizzle-orm'
import { actorUserId } from '../actor'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { authorize, may, type Scope, scopesOf } from '../permission'
import { hashSecret, newSecret } from '../secret'
import { requireRecentAuth } from '../user/recent-auth'
import { ApiKeyRef, type ApiKeyView, CreateApiKeyInput } from './schemas'

const dayMs = 24 * 3_600_000

/** The keys that are not revoked, newest first: the caller's own, or those of all for who may revoke them. */
export async function listApiKeys(ctx: ServiceContext): Promise<ApiKeyView[]> {
  authorize(ctx, 'apiKey:own')
  return ctx.db
    .select({
      id: apiKey.id,
      name: apiKey.name,
      role: apiKey.role,
      scopes: apiKey.scopes,
      personal: apiKey.personal,
      createdBy: user.name,
      createdAt: apiKey.createdAt,
      lastUsedAt: apiKey.lastUsedAt,
      expiresAt: apiKey.expiresAt,
    })
    .from(apiKey)
    .innerJoin(user, eq(user.id, apiKey.userId))
    .where(and(visibleTo(ctx), isNull(apiKey.revokedAt)))
    .orderBy(desc(apiKey.createdAt), desc(apiKey.id))
}

function visibleTo(ctx: ServiceContext) {
  const here = eq(apiKey.workspaceId, ctx.workspaceId)
  if (may(ctx, 'apiKey:write')) return here
  return and(here, eq(apiKey.personal, true), eq(apiKey.userId, actorUserId(ctx.actor) ?? ''))
}

/**
 * Creates a key for scripts. Only this reply contains the key: its hash is stored.
 *
 * @throws DomainError `forbidden` for a key that could do more than the caller, and for a key that asks for another one: it
 * would go on when the first is revoked
 */
export async function createApiKey(
  ctx: ServiceContext,
  raw: CreateApiKeyInput,
): Promise<{ id: string; key: string }> {
  authorize(ctx, 'apiKey:own')
  const { name, role, scopes, personal, expiresInDays } = CreateApiKeyInput.parse(raw)
  if (!personal) authorize(ctx, 'apiKey:write')
  requireAtMostOwn(
    ctx,
    scopesOf(role).filter((scope) => scopes?.includes(scope) ?? true),
  )
  const key = newSecret('plt')
  const id = newId('key')
  const now = ctx.now()
  const expiresAt = expiresInDays === null ? null : new Date(now.getTime() + expiresInDays * dayMs)
  await ctx.db.transaction(async (tx) => {
    const userId = await requireRecentAuth(tx, ctx)
    const { workspaceId } = ctx
    const row = { id, workspaceId, userId, name, role, scopes, personal, expiresAt, createdAt: now }
    await tx.insert(apiKey).values({ ...row, hash: hashSecret(key) })
    await audit(tx, ctx, 'apiKey.create', id, { name, role, scopes, personal, expiresAt })
  })
  return { id, key }
}

function requireAtMostOwn(ctx: ServiceContext, wanted: readonly Scope[]): void {
  const beyond = wanted.find((scope) => !may(ctx, scope))
  if (wanted.length > 0 && !beyond) return
  throw new DomainError(
    'forbidden',
    beyond ? `A key cannot do more than you: ${beyond}.` : 'A key needs a permission that its role has.',
    'Choose another role or fewer permissions.',
  )
}

/** Revokes a key: one's own, or any for who may. A repeated call changes nothing. */
export async function revokeApiKey(ctx: ServiceContext, raw: ApiKeyRef): Promise<void> {
  authorize(ctx, 'apiKey:own')
  const { id } = ApiKeyRef.parse(raw)
  await ctx.db.transaction(async (tx) => {
    const own = and(eq(apiKey.id, id), visibleTo(ctx))
    const [found] = await tx.select({ revokedAt: apiKey.revokedAt }).from(apiKey).where(own).for('update')
    if (required(found, 'This API key').revokedAt) return
    await tx.update(apiKey).set({ revokedAt: ctx.now() }).where(own)
    await audit(tx, ctx, 'apiKey.revoke', id)
  })
}
