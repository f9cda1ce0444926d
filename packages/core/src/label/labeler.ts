import type { Transaction } from '@palate/db'
import { sql } from 'drizzle-orm'
import { actorUserId } from '../actor'
import type { ServiceContext } from '../context'
import { DomainError } from '../error'

/** How long a claim on a pair lasts. */
export const claimMs = 10 * 60_000

/** @throws DomainError `forbidden` when no person is behind the call */
export function requireLabeler(ctx: ServiceContext): string {
  const userId = actorUserId(ctx.actor)
  if (userId) return userId
  throw new DomainError('forbidden', 'Only people can label pairs here. Rule votes have their own action.')
}

/** Serializes the calls of one person, for two tabs or a click that was sent twice. */
export async function lockLabeler(tx: Transaction, workspaceId: string, userId: string): Promise<void> {
  const lock = `label:${workspaceId}:${userId}`
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`)
}
