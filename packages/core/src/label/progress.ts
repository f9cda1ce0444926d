import { type Database, pair, type Transaction, variant, vote } from '@palate/db'
import { and, count, eq, isNull, lt, ne } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'

type Reader = Database | Transaction

const a = alias(variant, 'a')
const b = alias(variant, 'b')

/** Pairs that still need a person's judgement. Two equal texts need none. */
export async function countOpen(tx: Reader, workspaceId: string): Promise<number> {
  const [row] = await tx
    .select({ open: count() })
    .from(pair)
    .innerJoin(a, eq(a.id, pair.variantAId))
    .innerJoin(b, eq(b.id, pair.variantBId))
    .where(and(eq(pair.workspaceId, workspaceId), lt(pair.personVotes, pair.quota), ne(a.text, b.text)))
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
