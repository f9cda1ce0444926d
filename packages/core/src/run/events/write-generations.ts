import type { Transaction } from '@palate/db'
import type { SpooledEvent } from '@palate/protocol'
import { receiveAnswer } from '../../evaluation/receive-answer'
import { receiveVariant } from '../../variant/receive-variant'

/** Stores generated texts where their item ids point: variants (`var_…`) or answers of an evaluation (`ans_…`). */
export async function writeGenerations(
  tx: Transaction,
  ctx: { workspaceId: string },
  runId: string,
  events: readonly SpooledEvent[],
): Promise<void> {
  for (const { event } of events) {
    if (event.type !== 'generation') continue
    if (event.itemId.startsWith('var_')) await receiveVariant(tx, ctx, runId, event)
    else if (event.itemId.startsWith('ans_')) await receiveAnswer(tx, ctx, runId, event)
  }
}
