import type { Transaction } from '@palate/db'
import { sql } from 'drizzle-orm'
import { actorUserId } from '../actor'
import type { ServiceContext } from '../context'
import { DomainError } from '../error'

/** How long a claimed pair is kept for the person who claimed it. */
export const claimMs = 10 * 60_000

/** @throws DomainError `forbidden`: judgments of people need a person, in front of the screen or behind the key */
export function requireLabeler(ctx: ServiceContext): string {
  const userId = actorUserId(ctx.actor)
  if (userId) return userId
  throw new DomainError('forbidden', 'Only people judge pairs here; rules have their own way.')
}

/** One thing after another for one person: two tabs, or a click that was sent twice, never meet half way. */
export async function lockLabeler(tx: Transaction, workspaceId: string, userId: string): Promise<void> {
  const lock = `label:${workspaceId}:${userId}`
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`)
}
