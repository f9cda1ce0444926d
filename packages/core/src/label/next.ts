import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { claimPairs, heldPairs } from './claim'
import { type LabelItem, readItems } from './item'
import { lockLabeler, requireLabeler } from './labeler'
import { NextPairsInput } from './schemas'

/**
 * The next pairs for the caller to judge: first those they hold already, then newly claimed ones. Each is theirs
 * for ten minutes. Fewer than asked for, or none, when nothing is left to judge.
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
