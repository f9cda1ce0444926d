import { apiKey } from '@palate/db'
import { and, eq, gt, isNull, lt, or, type SQL } from 'drizzle-orm'
import type { Deps } from '../context'
import { hashSecret } from '../secret'
import { acrossWorkspaces, inWorkspace } from '../tenant'
import type { Caller } from '../workspace/caller'

const recordEveryMs = 60_000

/** The condition for a key that is neither revoked nor expired. */
export function isLiveKey(now: Date): SQL | undefined {
  return and(isNull(apiKey.revokedAt), or(isNull(apiKey.expiresAt), gt(apiKey.expiresAt, now)))
}

/** The caller of a key (`plt_…`), or null when it is unknown, revoked or expired. Records its use, at most once a minute. */
export async function resolveApiKey(deps: Deps, key: string): Promise<(Caller & { kind: 'apiKey' }) | null> {
  if (!key.startsWith('plt_')) return null
  const [found] = await acrossWorkspaces(deps, 'caller')
    .db.select({ id: apiKey.id, userId: apiKey.userId, workspaceId: apiKey.workspaceId })
    .from(apiKey)
    .where(and(eq(apiKey.hash, hashSecret(key)), isLiveKey(deps.now())))
  if (!found) return null
  const now = deps.now()
  const stale = new Date(now.getTime() - recordEveryMs)
  await inWorkspace(deps, found.workspaceId)
    .db.update(apiKey)
    .set({ lastUsedAt: now })
    .where(and(eq(apiKey.id, found.id), or(isNull(apiKey.lastUsedAt), lt(apiKey.lastUsedAt, stale))))
  return { kind: 'apiKey', keyId: found.id, userId: found.userId, workspaceId: found.workspaceId }
}
