import { chatTurn, feedback, newId } from '@palate/db'
import { eq } from 'drizzle-orm'
import type { Deps } from '../context'
import { DomainError } from '../error'
import { notify } from '../notify'
import { FeedbackInput } from './schemas'

type Thumb = 'up' | 'down' | null

/**
 * What the visitor who got an answer thinks of it: one thumb an answer, which may be turned or taken back.
 * @throws DomainError `not_found`, or `forbidden` for everybody else
 */
export async function giveFeedback(deps: Deps, input: FeedbackInput): Promise<{ thumb: Thumb }> {
  const { turnId, visitorId, thumb } = FeedbackInput.parse(input)
  return deps.db.transaction(async (tx) => {
    const [turn] = await tx.select().from(chatTurn).where(eq(chatTurn.id, turnId))
    if (!turn) throw new DomainError('not_found', 'This answer does not exist.')
    if (turn.visitorId !== visitorId)
      throw new DomainError('forbidden', 'Only whoever asked for this answer can rate it.')
    if (thumb === null) await tx.delete(feedback).where(eq(feedback.turnId, turnId))
    else {
      const createdAt = deps.now()
      await tx
        .insert(feedback)
        .values({ id: newId('fb'), workspaceId: turn.workspaceId, turnId, thumb, createdAt })
        .onConflictDoUpdate({ target: feedback.turnId, set: { thumb, createdAt } })
    }
    await notify(tx, { workspaceId: turn.workspaceId, topic: 'feedback', id: turnId })
    return { thumb }
  })
}
