import { chatTurn, deployment, persona, personaVersion } from '@palate/db'
import { eq } from 'drizzle-orm'
import { cleanText } from '../clean-text'
import type { Deps } from '../context'
import { DomainError } from '../error'
import { notify } from '../notify'
import { acrossWorkspaces, inWorkspace } from '../tenant'
import { StoredTurn, TurnRef } from './schemas'

export interface TurnView {
  turnId: string
  text: string
  finishReason: string
  inventory: string[]
  request: string
  persona: { slug: string; name: string; diets: string[]; forbidden: string[] } | null
  deployment: { slug: string; title: string }
  createdAt: Date
}

/**
 * A stored answer, for everyone who has its link. It does not say which visitor asked.
 * @throws DomainError `not_found`
 */
export async function getTurn(deps: Deps, input: TurnRef): Promise<TurnView> {
  const { turnId } = TurnRef.parse(input)
  const [row] = await acrossWorkspaces(deps, 'visitor')
    .db.select({ turn: chatTurn, deployment, slug: persona.slug, body: personaVersion.body })
    .from(chatTurn)
    .innerJoin(deployment, eq(deployment.id, chatTurn.deploymentId))
    .leftJoin(personaVersion, eq(personaVersion.id, chatTurn.personaVersionId))
    .leftJoin(persona, eq(persona.id, personaVersion.personaId))
    .where(eq(chatTurn.id, turnId))
  if (!row) throw new DomainError('not_found', 'This answer does not exist.')
  const { text, finishReason, inventory, request, createdAt } = row.turn
  return {
    turnId,
    text,
    finishReason,
    inventory,
    request,
    persona:
      row.slug && row.body
        ? { slug: row.slug, name: row.body.name, diets: row.body.diets, forbidden: row.body.forbidden }
        : null,
    deployment: { slug: row.deployment.slug, title: row.deployment.title },
    createdAt,
  }
}

/** Stores an answer when it ends, also one that the visitor stopped. A repeated call changes nothing. */
export async function storeTurn(deps: Deps, input: StoredTurn): Promise<void> {
  const { turnId, ...turn } = StoredTurn.parse(input)
  await inWorkspace(deps, turn.workspaceId).db.transaction(async (tx) => {
    await tx
      .insert(chatTurn)
      .values({
        ...turn,
        id: turnId,
        text: cleanText(turn.text),
        durationMs: Math.round(turn.durationMs),
        createdAt: deps.now(),
      })
      .onConflictDoNothing({ target: chatTurn.id })
    await notify(tx, { workspaceId: turn.workspaceId, topic: 'chat', id: turnId })
  })
}
