import { setImmediate } from 'node:timers/promises'
import { newId, type Transaction, variantBatch, vote } from '@palate/db'
import { comparePair } from '@palate/recipe'
import { and, asc, eq, gt } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { notify } from '../notify'
import { authorize } from '../permission'
import { pairTexts } from '../variant/pair-texts'
import { ApplyRulesInput } from './schemas'
import { hasNoVoteBy } from './unlabeled'

export interface RulesResult {
  /** The time of all votes of this application, in ISO 8601. `undoRules` takes it. */
  appliedAt: string
  /** Pairs that got a rule vote by this call. */
  labeled: number
  /** Of these, pairs with a better variant by the rules. */
  decided: number
  /** Of these, pairs with two equally good or equally bad variants. */
  ties: number
}

const pairsAtOnce = 100

interface Application {
  appliedAt: Date
  batchId: string | undefined
  includeLabeled: boolean
}

/**
 * Adds a rule vote, by the persona's rules, to every pair that has neither a rule vote nor a vote of a person. Rule
 * votes do not count against a pair's quota.
 */
export async function applyRules(ctx: ServiceContext, input: ApplyRulesInput = {}): Promise<RulesResult> {
  authorize(ctx, 'label:rule')
  const { batchId, includeLabeled } = ApplyRulesInput.parse(input)
  const { workspaceId } = ctx
  const application = { appliedAt: ctx.now(), batchId, includeLabeled }
  if (batchId) await requireBatch(ctx, batchId)
  const total = { labeled: 0, decided: 0, ties: 0 }
  for (let last: string | null = ''; last !== null; ) {
    const after: string = last
    const done = await ctx.db.transaction((tx) => applyToChunk(tx, ctx, application, after))
    total.labeled += done.labeled
    total.decided += done.decided
    total.ties += done.labeled - done.decided
    last = done.last
    // Computing only: yields to other calls of the process.
    await setImmediate()
  }
  await ctx.db.transaction(async (tx) => {
    await audit(tx, ctx, 'label.apply-rules', batchId ?? workspaceId, { ...total })
    if (total.labeled > 0) await notify(tx, { workspaceId, topic: 'label', id: batchId ?? workspaceId })
  })
  return { ...total, appliedAt: application.appliedAt.toISOString() }
}

async function applyToChunk(
  tx: Transaction,
  ctx: ServiceContext,
  { appliedAt, batchId, includeLabeled }: Application,
  after: string,
) {
  const pairs = pairTexts(tx)
  const { pairId, personaVersionId, body, inventory, a, b } = pairs
  const rows = await tx
    .select({ pairId, personaVersionId, body, inventory, a, b })
    .from(pairs)
    .where(
      and(
        eq(pairs.workspaceId, ctx.workspaceId),
        gt(pairs.pairId, after),
        batchId ? eq(pairs.batchId, batchId) : undefined,
        hasNoVoteBy('rule', pairs.pairId),
        includeLabeled ? undefined : hasNoVoteBy('person', pairs.pairId),
      ),
    )
    .orderBy(asc(pairs.pairId))
    .limit(pairsAtOnce)
  if (rows.length === 0) return { labeled: 0, decided: 0, last: null }
  const stored = await tx
    .insert(vote)
    .values(
      rows.map(({ pairId, a, b, body, inventory, personaVersionId }) => ({
        id: newId('vote'),
        workspaceId: ctx.workspaceId,
        pairId,
        source: 'rule' as const,
        personaVersionId,
        ...comparePair(a, b, { persona: body, inventory }),
        shownOrder: 'ab' as const,
        createdAt: appliedAt,
      })),
    )
    .onConflictDoNothing()
    .returning({ choice: vote.choice })
  const decided = stored.filter(({ choice }) => choice === 'a' || choice === 'b').length
  return {
    labeled: stored.length,
    decided,
    last: rows.length < pairsAtOnce ? null : (rows.at(-1)?.pairId ?? null),
  }
}

async function requireBatch(ctx: ServiceContext, batchId: string): Promise<void> {
  const [row] = await ctx.db
    .select({ id: variantBatch.id })
    .from(variantBatch)
    .where(and(eq(variantBatch.workspaceId, ctx.workspaceId), eq(variantBatch.id, batchId)))
  required(row, 'This batch')
}
