import { evaluation, evaluationAnswer, type Transaction } from '@palate/db'
import type { TrainerEvent } from '@palate/protocol'
import { and, eq, isNull } from 'drizzle-orm'
import { cleanText } from '../clean-text'
import { notify } from '../notify'

/**
 * Stores a generated text as the answer `event.itemId` of this run's evaluation. A repeated event, or an item of
 * another run, changes nothing.
 */
export async function receiveAnswer(
  tx: Transaction,
  { workspaceId }: { workspaceId: string },
  runId: string,
  event: Extract<TrainerEvent, { type: 'generation' }>,
): Promise<void> {
  const [requested] = await tx
    .select({ evaluationId: evaluation.id })
    .from(evaluationAnswer)
    .innerJoin(evaluation, eq(evaluation.id, evaluationAnswer.evaluationId))
    .where(
      and(
        eq(evaluationAnswer.id, event.itemId),
        eq(evaluationAnswer.workspaceId, workspaceId),
        eq(evaluation.runId, runId),
        isNull(evaluationAnswer.text),
      ),
    )
  if (!requested) return
  await tx
    .update(evaluationAnswer)
    .set({ text: cleanText(event.text) })
    .where(eq(evaluationAnswer.id, event.itemId))
  await notify(tx, { workspaceId, topic: 'evaluation', id: requested.evaluationId })
}
