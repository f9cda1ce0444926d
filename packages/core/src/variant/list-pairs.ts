import { type VariantStyle, vote } from '@palate/db'
import { and, asc, eq, gt, inArray, isNull } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { authorize, may } from '../permission'
import { pairTexts } from './pair-texts'
import { readBatches } from './read-batches'
import { ListPairsInput } from './schemas'

interface TextOrigin {
  style: VariantStyle
  modelVersionId: string
}

export interface PairView {
  pairId: string
  /** The prompt's number in the batch. */
  seq: number
  persona: { slug: string; name: string }
  inventory: string[]
  request: string
  a: string
  b: string
  /** Who wrote the texts, and under which prompt; null for those who only label, as it would sway them. */
  origin: { a: TextOrigin; b: TextOrigin } | null
  /** Votes that are not superseded. */
  votes: { source: (typeof vote.$inferSelect)['source']; choice: (typeof vote.$inferSelect)['choice'] }[]
}

/** A page of a batch's pairs, ordered by prompt. */
export async function listPairs(
  ctx: ServiceContext,
  input: ListPairsInput,
): Promise<{ items: PairView[]; nextCursor: string | null }> {
  authorize(ctx, 'variant:read')
  const { batchId, cursor, limit } = ListPairsInput.parse(input)
  const [batch] = await readBatches(ctx.db, ctx.workspaceId, batchId)
  required(batch, 'This batch')
  const pairs = pairTexts(ctx.db)
  const seesOrigin = may(ctx, 'variant:create')
  const { pairId, seq, slug, body, inventory, request, a, b, aStyle, bStyle, aModelId, bModelId } = pairs
  const rows = await ctx.db
    .select({ pairId, seq, slug, body, inventory, request, a, b, aStyle, bStyle, aModelId, bModelId })
    .from(pairs)
    .where(and(eq(pairs.batchId, batchId), gt(pairs.seq, Number(cursor ?? 0))))
    .orderBy(asc(pairs.seq))
    .limit(limit + 1)
  const page = rows.slice(0, limit)
  const votes = await readVotes(
    ctx,
    page.map(({ pairId }) => pairId),
  )
  return {
    items: page.map(({ slug, body, aStyle, bStyle, aModelId, bModelId, ...row }) => ({
      ...row,
      origin: seesOrigin
        ? { a: { style: aStyle, modelVersionId: aModelId }, b: { style: bStyle, modelVersionId: bModelId } }
        : null,
      persona: { slug, name: body.name },
      votes: votes
        .filter(({ pairId }) => pairId === row.pairId)
        .map(({ source, choice }) => ({ source, choice })),
    })),
    nextCursor: rows.length > limit ? String(page.at(-1)?.seq ?? '') : null,
  }
}

async function readVotes(ctx: ServiceContext, pairIds: string[]) {
  if (pairIds.length === 0) return []
  return ctx.db
    .select({ pairId: vote.pairId, source: vote.source, choice: vote.choice })
    .from(vote)
    .where(
      and(eq(vote.workspaceId, ctx.workspaceId), inArray(vote.pairId, pairIds), isNull(vote.supersededAt)),
    )
    .orderBy(asc(vote.createdAt))
}
