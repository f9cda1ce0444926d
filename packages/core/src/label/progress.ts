import { type Database, pair, type Transaction, vote } from '@palate/db'
import { and, count, eq, isNull, lt } from 'drizzle-orm'

type Reader = Database | Transaction

/** Pairs that still need a person's judgment. Two equal texts need none: their quota is 0. */
export async function countOpen(tx: Reader, workspaceId: string): Promise<number> {
  const [row] = await tx
    .select({ open: count() })
    .from(pair)
    .where(and(eq(pair.workspaceId, workspaceId), lt(pair.personVotes, pair.quota)))
  return row?.open ?? 0
}

/** The standing votes of one person. */
export async function countMine(tx: Reader, workspaceId: string, userId: string): Promise<number> {
  const [row] = await tx
    .select({ mine: count() })
    .from(vote)
    .where(
      and(
        eq(vote.workspaceId, workspaceId),
        eq(vote.userId, userId),
        eq(vote.source, 'person'),
        isNull(vote.supersededAt),
      ),
    )
  return row?.mine ?? 0
}
