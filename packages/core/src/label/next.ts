import { type Database, type PersonaBody, pairClaim, type Transaction } from '@palate/db'
import { and, eq, inArray } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { pairTexts } from '../variant/pair-texts'
import { claimPairs, heldPairs } from './claim'
import { lockLabeler, requireLabeler } from './labeler'
import { NextPairsInput } from './schemas'

/** A pair as the labeler sees it: it does not show which text came from which prompt or model. */
export interface LabelItem {
  pairId: string
  left: string
  right: string
  persona: { slug: string; name: string; body: Omit<PersonaBody, 'systemPrompt'> }
  inventory: string[]
  request: string
  expiresAt: Date
}

/** The person's claimed pairs in the given order, with the texts on the sides that their claims say. */
export async function readItems(
  tx: Database | Transaction,
  userId: string,
  pairIds: string[],
): Promise<LabelItem[]> {
  if (pairIds.length === 0) return []
  const pairs = pairTexts(tx)
  const { pairId, inventory, request, slug, body, a, b } = pairs
  const { shownOrder, expiresAt } = pairClaim
  const rows = await tx
    .select({ pairId, inventory, request, slug, body, a, b, shownOrder, expiresAt })
    .from(pairs)
    .innerJoin(pairClaim, eq(pairClaim.pairId, pairs.pairId))
    .where(and(eq(pairClaim.userId, userId), inArray(pairClaim.pairId, pairIds)))
  return pairIds.flatMap((id) => {
    const row = rows.find(({ pairId }) => pairId === id)
    if (!row) return []
    const { a, b, shownOrder, slug, body, ...shown } = row
    const { systemPrompt: _, ...visible } = body
    const [left, right] = shownOrder === 'ab' ? [a, b] : [b, a]
    return [{ ...shown, left, right, persona: { slug, name: body.name, body: visible } }]
  })
}

/**
 * The next pairs for the caller to label: first those that they have claimed, then newly claimed ones. A claim lasts
 * ten minutes. Returns fewer pairs when no more are left.
 */
export async function nextPairs(ctx: ServiceContext, input: NextPairsInput = {}): Promise<LabelItem[]> {
  authorize(ctx, 'label:create')
  const { count, exclude } = NextPairsInput.parse(input)
  const labeler = { workspaceId: ctx.workspaceId, userId: requireLabeler(ctx), now: ctx.now() }
  return ctx.db.transaction(async (tx) => {
    await lockLabeler(tx, labeler.workspaceId, labeler.userId)
    const held = await heldPairs(tx, labeler, exclude, count)
    const more = await claimPairs(tx, labeler, [...exclude, ...held], count - held.length)
    return readItems(tx, labeler.userId, [...held, ...more])
  })
}
