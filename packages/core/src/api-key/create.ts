import { apiKey, newId } from '@palate/db'
import { actorUserId } from '../actor'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError } from '../error'
import { authorize } from '../permission'
import { hashSecret, newSecret } from '../secret'
import { CreateApiKeyInput } from './schemas'

/** A key for scripts. The key itself is in this answer and nowhere else: only its hash is kept. */
export async function createApiKey(
  ctx: ServiceContext,
  raw: CreateApiKeyInput,
): Promise<{ id: string; key: string }> {
  authorize(ctx, 'apiKey:write')
  const input = CreateApiKeyInput.parse(raw)
  const userId = actorUserId(ctx.actor)
  if (!userId) throw new DomainError('forbidden', 'An API key acts for a person, so a person has to make it.')
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
