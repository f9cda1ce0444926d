import { newId } from '@palate/db'
import type { ChatMessage } from '@palate/protocol'
import { findNotFood, notFoodSentence, userMessage } from '@palate/recipe'
import type { Deps } from '../context'
import { DomainError } from '../error'
import { readPersonas } from '../persona/read'
import { inWorkspace } from '../tenant'
import { ChatQuestion } from './schemas'
import { getServing, type Serving } from './serving'

export interface PreparedChat extends Serving {
  /** The id under which `storeTurn` stores the answer. The visitor gets it before the first token. */
  turnId: string
  personaVersionId: string
  inventory: string[]
  request: string
  messages: ChatMessage[]
}

/**
 * Builds the model's messages for a visitor's question. The visitor cannot change the prompt.
 * @throws DomainError `not_found` when no model is deployed under the name, `invalid` for an unknown persona or what is no food
 */
export async function prepareChat(deps: Deps, input: ChatQuestion): Promise<PreparedChat> {
  const { slug, persona, inventory, request } = ChatQuestion.parse(input)
  const harmful = findNotFood(inventory.join('\n'))
  if (harmful) throw new DomainError('invalid', notFoodSentence(harmful))
  const serving = await getServing(deps, slug)
  const personas = await readPersonas(inWorkspace(deps, serving.workspaceId).db, serving.workspaceId)
  const chosen = personas.find((each) => each.slug === persona)
  if (!chosen)
    throw new DomainError(
      'invalid',
      `There is no persona "${persona}" here.`,
      'Reload the page and choose one.',
    )
  return {
    ...serving,
    turnId: newId('turn'),
    personaVersionId: chosen.versionId,
    inventory,
    request,
    messages: [
      { role: 'system', content: chosen.systemPrompt },
      { role: 'user', content: userMessage({ inventory, request }) },
    ],
  }
}
