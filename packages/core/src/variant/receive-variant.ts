import { prompt, type Transaction, variant, variantBatch } from '@palate/db'
import type { TrainerEvent } from '@palate/protocol'
import { and, eq, isNull } from 'drizzle-orm'
import { cleanText } from '../clean-text'
import { notify } from '../notify'
import { makePair } from './make-pair'
import { isReadable } from './readable'

/**
 * Stores a generated text as the variant `event.itemId` of this run's batch, and makes the pair when all variants of
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
  const text = cleanText(event.text)
  const readable = event.finishReason !== 'error' && isReadable(text, event.perplexity ?? null)
  await tx
    .update(variant)
    .set({ text, readable, tokens: event.tokens, finishReason: event.finishReason })
    .where(eq(variant.id, event.itemId))
  const [missing] = await tx
    .select({ id: variant.id })
    .from(variant)
    .where(and(eq(variant.promptId, requested.promptId), isNull(variant.text)))
    .limit(1)
  if (!missing)
    await makePair(tx, { workspaceId, promptId: requested.promptId, settings: requested.settings })
  await notify(tx, { workspaceId, topic: 'variant', id: requested.batchId })
}
