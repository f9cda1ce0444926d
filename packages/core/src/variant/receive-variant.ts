import { newId, pair, prompt, type Transaction, variant, variantBatch } from '@palate/db'
import type { TrainerEvent } from '@palate/protocol'
import { and, eq, isNull } from 'drizzle-orm'
import { cleanText } from '../clean-text'
import { notify } from '../notify'

/**
 * Stores a generated text as the variant `event.itemId` of this run's batch, and makes the pair when both variants of
 * its prompt are there. A repeated event, or an item of another run, changes nothing.
 */
export async function receiveVariant(
  tx: Transaction,
  { workspaceId }: { workspaceId: string },
  runId: string,
  event: Extract<TrainerEvent, { type: 'generation' }>,
): Promise<void> {
  const [requested] = await tx
    .select({ promptId: variant.promptId, batchId: variantBatch.id, settings: variantBatch.settings })
    .from(variant)
    .innerJoin(prompt, eq(prompt.id, variant.promptId))
    .innerJoin(variantBatch, eq(variantBatch.id, prompt.batchId))
    .where(
      and(
        eq(variant.id, event.itemId),
        eq(variant.workspaceId, workspaceId),
        eq(variantBatch.runId, runId),
        isNull(variant.text),
      ),
    )
  if (!requested) return
  await tx
    .update(variant)
    .set({ text: cleanText(event.text), tokens: event.tokens, finishReason: event.finishReason })
    .where(eq(variant.id, event.itemId))
  await makePair(tx, workspaceId, requested.promptId, requested.settings.votesPerPair ?? 1)
  await notify(tx, { workspaceId, topic: 'variant', id: requested.batchId })
}

/** Makes the pair of a prompt when both of its variants are complete. Two equal texts need no label: their quota is 0. */
async function makePair(
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
