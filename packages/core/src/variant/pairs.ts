import { pair, persona, personaVersion, prompt, variant, vote } from '@palate/db'
import { and, asc, eq, gt, inArray, isNull } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { authorize } from '../permission'
import { ListPairsInput } from './schemas'
import { readBatches } from './view'

export interface PairView {
  pairId: string
  /** The prompt's number in the batch. */
  seq: number
  persona: { slug: string; name: string }
  inventory: string[]
  request: string
  /** The text under the persona's full prompt. */
  a: string
  /** The text under the weak prompt. */
  b: string
  /** Standing votes. */
  votes: { source: (typeof vote.$inferSelect)['source']; choice: (typeof vote.$inferSelect)['choice'] }[]
}

const a = alias(variant, 'a')
const b = alias(variant, 'b')

/** A page of a batch's pairs in the order of the prompts. */
export async function listPairs(
  ctx: ServiceContext,
  input: ListPairsInput,
): Promise<{ items: PairView[]; nextCursor: string | null }> {
  authorize(ctx, 'variant:read')
  const { batchId, cursor, limit } = ListPairsInput.parse(input)
  const [batch] = await readBatches(ctx.db, ctx.workspaceId, batchId)
  required(batch, 'This batch')
  const rows = await ctx.db
    .select({
      pairId: pair.id,
      seq: prompt.seq,
      slug: persona.slug,
      body: personaVersion.body,
      inventory: prompt.inventory,
      request: prompt.request,
      a: a.text,
      b: b.text,
    })
    .from(pair)
    .innerJoin(prompt, eq(prompt.id, pair.promptId))
    .innerJoin(personaVersion, eq(personaVersion.id, prompt.personaVersionId))
    .innerJoin(persona, eq(persona.id, personaVersion.personaId))
    .innerJoin(a, eq(a.id, pair.variantAId))
    .innerJoin(b, eq(b.id, pair.variantBId))
    .where(and(eq(prompt.batchId, batchId), gt(prompt.seq, Number(cursor ?? 0))))
    .orderBy(asc(prompt.seq))
    .limit(limit + 1)
  const page = rows.slice(0, limit)
  const votes = await readVotes(
    ctx,
    page.map(({ pairId }) => pairId),
  )
  return {
    items: page.map(({ slug, body, a, b, ...row }) => ({
      ...row,
      persona: { slug, name: body.name },
      a: a ?? '',
      b: b ?? '',
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
