import { setImmediate } from 'node:timers/promises'
import {
  newId,
  pair,
  personaVersion,
  prompt,
  type Transaction,
  variant,
  variantBatch,
  vote,
} from '@palate/db'
import { comparePair } from '@palate/recipe'
import { and, asc, eq, gt, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { notify } from '../notify'
import { authorize } from '../permission'
import { ApplyRulesInput } from './schemas'

export interface RulesResult {
  /** Pairs that got a rule vote by this call. */
  judged: number
  /** Of these, with a better variant by the rules. */
  decided: number
  /** Of these, with two equally good or equally bad ones. */
  ties: number
}

const pairsAtOnce = 100
const a = alias(variant, 'a')
const b = alias(variant, 'b')

/** Lets the persona's rules judge every pair that has no rule vote yet. Rule votes take no place of a person's. */
export async function applyRules(ctx: ServiceContext, input: ApplyRulesInput = {}): Promise<RulesResult> {
  authorize(ctx, 'label:rule')
  const { batchId } = ApplyRulesInput.parse(input)
  const { workspaceId } = ctx
  if (batchId) await requireBatch(ctx, batchId)
  const total = { judged: 0, decided: 0, ties: 0 }
  for (let last: string | null = ''; last !== null; ) {
    const after: string = last
    const done = await ctx.db.transaction((tx) => judgeChunk(tx, ctx, batchId, after))
    total.judged += done.judged
    total.decided += done.decided
    total.ties += done.judged - done.decided
    last = done.last
    // Judging is plain computing: let other calls in between.
    await setImmediate()
  }
  await ctx.db.transaction(async (tx) => {
    await audit(tx, ctx, 'label.apply-rules', batchId ?? workspaceId, { ...total })
    if (total.judged > 0) await notify(tx, { workspaceId, topic: 'label', id: batchId ?? workspaceId })
  })
  return total
}

async function judgeChunk(tx: Transaction, ctx: ServiceContext, batchId: string | undefined, after: string) {
  const rows = await tx
    .select({
      id: pair.id,
      a: a.text,
      b: b.text,
      personaVersionId: personaVersion.id,
      persona: personaVersion.body,
      inventory: prompt.inventory,
    })
    .from(pair)
    .innerJoin(prompt, eq(prompt.id, pair.promptId))
    .innerJoin(personaVersion, eq(personaVersion.id, prompt.personaVersionId))
    .innerJoin(a, eq(a.id, pair.variantAId))
    .innerJoin(b, eq(b.id, pair.variantBId))
    .where(
      and(
        eq(pair.workspaceId, ctx.workspaceId),
        gt(pair.id, after),
        batchId ? eq(prompt.batchId, batchId) : undefined,
        sql`not exists (
          select 1 from ${vote} given
          where given.pair_id = ${pair.id} and given.source = 'rule' and given.superseded_at is null
        )`,
      ),
    )
    .orderBy(asc(pair.id))
    .limit(pairsAtOnce)
  if (rows.length === 0) return { judged: 0, decided: 0, last: null }
  const stored = await tx
    .insert(vote)
    .values(
      rows.map(({ id, a, b, persona, inventory, personaVersionId }) => ({
        id: newId('vote'),
        workspaceId: ctx.workspaceId,
        pairId: id,
        source: 'rule' as const,
        personaVersionId,
        ...comparePair(a ?? '', b ?? '', { persona, inventory }),
        shownOrder: 'ab' as const,
        createdAt: ctx.now(),
      })),
    )
    .onConflictDoNothing()
    .returning({ choice: vote.choice })
  const decided = stored.filter(({ choice }) => choice === 'a' || choice === 'b').length
  return {
    judged: stored.length,
    decided,
    last: rows.length < pairsAtOnce ? null : (rows.at(-1)?.id ?? null),
  }
}

async function requireBatch(ctx: ServiceContext, batchId: string): Promise<void> {
  const [row] = await ctx.db
    .select({ id: variantBatch.id })
    .from(variantBatch)
    .where(and(eq(variantBatch.workspaceId, ctx.workspaceId), eq(variantBatch.id, batchId)))
  required(row, 'This batch')
}
