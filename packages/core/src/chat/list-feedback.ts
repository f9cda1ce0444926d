import { chatTurn, deployment, feedback, modelVersion, persona, personaVersion } from '@palate/db'
import { desc, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { ListFeedbackInput } from './schemas'

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

/** The latest thumbs from the public chat with the answers that they are about. */
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
