import type { Deps } from '../context'
import { readPersonas } from '../persona/read'
import { inWorkspace } from '../tenant'
import { getServing, type Serving } from './serving'

/**
 * What a visitor's first question will need: the weights of the deployment, and the system prompt of the persona (null:
 * there is no such persona).
 *
 * @throws DomainError `not_found` when no model is deployed under the name
 */
export async function prepareWarmUp(
  deps: Deps,
  { slug, persona }: { slug: string; persona: string },
): Promise<{ serving: Serving; system: string | null }> {
  const serving = await getServing(deps, slug)
  const personas = await readPersonas(inWorkspace(deps, serving.workspaceId).db, serving.workspaceId)
  return { serving, system: personas.find((each) => each.slug === persona)?.systemPrompt ?? null }
}
