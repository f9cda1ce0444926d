import { chatTurn, deployment, feedback, modelVersion, newId, persona, personaVersion } from '@palate/db'
import { desc, eq } from 'drizzle-orm'
import type { Deps, ServiceContext } from '../context'
import { DomainError } from '../error'
import { notify } from '../notify'
import { authorize } from '../permission'
import { acrossWorkspaces, narrow } from '../tenant'
import { FeedbackInput, ListFeedbackInput } from './schemas'

type Thumb = 'up' | 'down' | null

/**
 * Stores a visitor's thumb for an answer. An answer has one thumb, which can be changed or removed.
 * @throws DomainError `not_found`, or `forbidden` when another visitor asked for the answer
 */
export async function giveFeedback(deps: Deps, input: FeedbackInput): Promise<{ thumb: Thumb }> {
  const { turnId, visitorId, thumb } = FeedbackInput.parse(input)
  const { db } = acrossWorkspaces(deps, 'visitor')
  return db.transaction(async (tx) => {
    const [turn] = await tx.select().from(chatTurn).where(eq(chatTurn.id, turnId))
    if (!turn) throw new DomainError('not_found', 'This answer does not exist.')
    if (turn.visitorId !== visitorId)
      throw new DomainError('forbidden', 'Only the visitor who asked for this answer can rate it.')
    await narrow(tx, turn.workspaceId)
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

export interface FeedbackView {
  id: string
  thumb: 'up' | 'down'
  createdAt: Date
  turn: {
    id: string
    text: string
    inventory: string[]
    request: string
    persona: { slug: string; name: string } | null
    deployment: string
    model: { id: string; name: string; number: number }
  }
}

/** The newest thumbs from the public chat, each with its answer. */
export async function listFeedback(
  ctx: ServiceContext,
  input: ListFeedbackInput = {},
): Promise<FeedbackView[]> {
  authorize(ctx, 'label:read')
  const { limit } = ListFeedbackInput.parse(input)
  const rows = await ctx.db
    .select({
      feedback,
      turn: chatTurn,
      slug: persona.slug,
      body: personaVersion.body,
      deployment: deployment.slug,
      model: { id: modelVersion.id, name: modelVersion.name, number: modelVersion.number },
    })
    .from(feedback)
    .innerJoin(chatTurn, eq(chatTurn.id, feedback.turnId))
    .innerJoin(deployment, eq(deployment.id, chatTurn.deploymentId))
    .innerJoin(modelVersion, eq(modelVersion.id, chatTurn.modelVersionId))
    .leftJoin(personaVersion, eq(personaVersion.id, chatTurn.personaVersionId))
    .leftJoin(persona, eq(persona.id, personaVersion.personaId))
    .where(eq(feedback.workspaceId, ctx.workspaceId))
    .orderBy(desc(feedback.createdAt), desc(feedback.id))
    .limit(limit)
  return rows.map(({ feedback: { id, thumb, createdAt }, turn, slug, body, deployment, model }) => ({
    id,
    thumb,
    createdAt,
    turn: {
      id: turn.id,
      text: turn.text,
      inventory: turn.inventory,
      request: turn.request,
      persona: slug && body ? { slug, name: body.name } : null,
      deployment,
      model,
    },
  }))
}
