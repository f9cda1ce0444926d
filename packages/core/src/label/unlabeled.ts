import { type Database, pair, type Transaction, vote, type voteSources } from '@palate/db'
import { and, count, desc, eq, isNull, type SQL, type SQLWrapper, sql } from 'drizzle-orm'

export interface RulesSummary {
  /** Pairs with neither a vote of a person nor one of the rules. */
  unlabeled: number
  /** Pairs with a vote of a person and none of the rules. */
  peopleOnly: number
  /** The newest application whose votes stand. */
  last: { appliedAt: string; votes: number } | null
}

/** The pair has no standing vote of this source. */
export function hasNoVoteBy(source: (typeof voteSources)[number], pairId: SQLWrapper): SQL {
  return sql`not exists (
    select 1 from ${vote} given
    where given.pair_id = ${pairId} and given.source = ${source} and given.superseded_at is null
  )`
}

/** What the rules would label now, and what they labeled last. */
export async function readRules(db: Database | Transaction, workspaceId: string): Promise<RulesSummary> {
  const noPerson = hasNoVoteBy('person', pair.id)
  const [waiting] = await db
    .select({ all: count(), unlabeled: count(sql`case when ${noPerson} then 1 end`) })
    .from(pair)
    .where(and(eq(pair.workspaceId, workspaceId), hasNoVoteBy('rule', pair.id)))
  const [last] = await db
    .select({ at: vote.createdAt, votes: count() })
    .from(vote)
    .where(and(eq(vote.workspaceId, workspaceId), eq(vote.source, 'rule'), isNull(vote.supersededAt)))
    .groupBy(vote.createdAt)
    .orderBy(desc(vote.createdAt))
    .limit(1)
  const { all = 0, unlabeled = 0 } = waiting ?? {}
  return {
    unlabeled,
    peopleOnly: all - unlabeled,
    last: last ? { appliedAt: last.at.toISOString(), votes: last.votes } : null,
  }
}
