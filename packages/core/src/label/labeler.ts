import { type Transaction, vote } from '@palate/db'
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
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

/** The condition on `vote` for a person's own votes that are not superseded. */
export function isStandingVoteOf(workspaceId: string, userId: string): SQL | undefined {
  return and(
    eq(vote.workspaceId, workspaceId),
    eq(vote.userId, userId),
    eq(vote.source, 'person'),
    isNull(vote.supersededAt),
  )
}

/** Serializes the calls of one person, for two tabs or a click that was sent twice. */
export async function lockLabeler(tx: Transaction, workspaceId: string, userId: string): Promise<void> {
  const lock = `label:${workspaceId}:${userId}`
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`)
}
