import { newId } from '@palate/db'
import type { ChatMessage } from '@palate/protocol'
import { userMessage } from '@palate/recipe'
import type { Deps } from '../context'
import { DomainError } from '../error'
import { readPersonas } from '../persona/read'
import { ChatQuestion } from './schemas'
import { getServing, type Serving } from './serving'

export interface PreparedChat extends Serving {
  /** The id under which `storeTurn` will keep the answer: a visitor learns it before the first word. */
  turnId: string
  personaVersionId: string
  inventory: string[]
  request: string
  messages: ChatMessage[]
}

/**
 * Turns a visitor's question into what a model is asked. The prompt is built here, never by the visitor.
 * @throws DomainError `not_found` when nothing answers under the name, `invalid` for a persona it does not have
 */
export async function prepareChat(deps: Deps, input: ChatQuestion): Promise<PreparedChat> {
  const { slug, persona, inventory, request } = ChatQuestion.parse(input)
  const serving = await getServing(deps, slug)
  const personas = await readPersonas(deps.db, serving.workspaceId)
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
