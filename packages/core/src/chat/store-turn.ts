import { chatTurn } from '@palate/db'
import type { Deps } from '../context'
import { notify } from '../notify'
import { StoredTurn } from './schemas'

/** Keeps an answer when it ends, also one that the visitor stopped. The same turn again changes nothing. */
export async function storeTurn(deps: Deps, input: StoredTurn): Promise<void> {
  const { turnId, ...turn } = StoredTurn.parse(input)
  await deps.db.transaction(async (tx) => {
    await tx
      .insert(chatTurn)
      .values({
        ...turn,
        id: turnId,
        text: turn.text.replaceAll('\u0000', ''),
        durationMs: Math.round(turn.durationMs),
        createdAt: deps.now(),
      })
      .onConflictDoNothing({ target: chatTurn.id })
    await notify(tx, { workspaceId: turn.workspaceId, topic: 'chat', id: turnId })
  })
}
