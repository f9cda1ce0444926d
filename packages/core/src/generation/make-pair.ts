import { newId, pair, type Transaction, variant } from '@palate/db'
import { and, eq } from 'drizzle-orm'

/**
 * Makes the pair of a prompt once both of its variants have arrived whole; again, it changes nothing. Two equal texts
 * make a pair that needs nobody's judgment: its quota is 0.
 */
export async function makePair(
  tx: Transaction,
  workspaceId: string,
  promptId: string,
  quota: number,
): Promise<void> {
  const variants = await tx
    .select({ id: variant.id, slot: variant.slot, text: variant.text, finishReason: variant.finishReason })
    .from(variant)
    .where(and(eq(variant.workspaceId, workspaceId), eq(variant.promptId, promptId)))
  const whole = variants.filter(({ text, finishReason }) => text !== null && finishReason !== 'error')
  const a = whole.find(({ slot }) => slot === 'a')
  const b = whole.find(({ slot }) => slot === 'b')
  if (!a || !b) return
  const needed = a.text === b.text ? 0 : quota
  await tx
    .insert(pair)
    .values({ id: newId('pair'), workspaceId, promptId, variantAId: a.id, variantBId: b.id, quota: needed })
    .onConflictDoNothing({ target: pair.promptId })
}
