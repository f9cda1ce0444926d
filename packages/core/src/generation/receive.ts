import {
  evaluation,
  evaluationAnswer,
  prompt,
  type run,
  type Transaction,
  variant,
  variantBatch,
} from '@palate/db'
import type { TrainerEvent } from '@palate/protocol'
import { and, eq, isNull } from 'drizzle-orm'
import { notify } from '../notify'
import { makePair } from './make-pair'

export type Generation = Extract<TrainerEvent, { type: 'generation' }>
type RunRow = typeof run.$inferSelect
type Workspace = { workspaceId: string }

/**
 * Puts a generated text where it was ordered: a variant (`var_…`) or an evaluation answer (`ans_…`) of this very
 * run. An event that came before changes nothing, and an item that this run was not asked for is ignored.
 */
export async function receiveGeneration(
  tx: Transaction,
  ctx: Workspace,
  run: RunRow,
  event: Generation,
): Promise<void> {
  if (event.itemId.startsWith('var_')) await receiveVariant(tx, ctx, run, event)
  else if (event.itemId.startsWith('ans_')) await receiveAnswer(tx, ctx, run, event)
}

async function receiveVariant(tx: Transaction, { workspaceId }: Workspace, run: RunRow, event: Generation) {
  const [ordered] = await tx
    .select({ promptId: variant.promptId, batchId: variantBatch.id, settings: variantBatch.settings })
    .from(variant)
    .innerJoin(prompt, eq(prompt.id, variant.promptId))
    .innerJoin(variantBatch, eq(variantBatch.id, prompt.batchId))
    .where(
      and(
        eq(variant.id, event.itemId),
        eq(variant.workspaceId, workspaceId),
        eq(variantBatch.runId, run.id),
        isNull(variant.text),
      ),
    )
  if (!ordered) return
  await tx
    .update(variant)
    .set({ text: storable(event.text), tokens: event.tokens, finishReason: event.finishReason })
    .where(eq(variant.id, event.itemId))
  await makePair(tx, workspaceId, ordered.promptId, ordered.settings.votesPerPair ?? 1)
  await notify(tx, { workspaceId, topic: 'variant', id: ordered.batchId })
}

async function receiveAnswer(tx: Transaction, { workspaceId }: Workspace, run: RunRow, event: Generation) {
  const [ordered] = await tx
    .select({ evaluationId: evaluation.id })
    .from(evaluationAnswer)
    .innerJoin(evaluation, eq(evaluation.id, evaluationAnswer.evaluationId))
    .where(
      and(
        eq(evaluationAnswer.id, event.itemId),
        eq(evaluationAnswer.workspaceId, workspaceId),
        eq(evaluation.runId, run.id),
        isNull(evaluationAnswer.text),
      ),
    )
  if (!ordered) return
  await tx
    .update(evaluationAnswer)
    .set({ text: storable(event.text) })
    .where(eq(evaluationAnswer.id, event.itemId))
  await notify(tx, { workspaceId, topic: 'evaluation', id: ordered.evaluationId })
}

/** A byte-level model may write any byte; PostgreSQL's text takes all but NUL. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '')
}
