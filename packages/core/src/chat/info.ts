import type { Deps } from '../context'
import { readPersonas } from '../persona/view'
import { ChatInfoInput } from './schemas'
import { findActive } from './serving'

export interface ChatInfo {
  slug: string
  title: string
  model: { name: string; number: number; kind: 'base' | 'adapter' }
  personas: { slug: string; name: string; diets: string[]; cuisines: string[]; forbidden: string[] }[]
}

/** What a visitor may know of a deployment, or of the one changed last; null when nothing answers. */
export async function getChatInfo(deps: Deps, input: ChatInfoInput): Promise<ChatInfo | null> {
  const { slug } = ChatInfoInput.parse(input)
  const found = await findActive(deps.db, slug)
  if (!found) return null
  const personas = await readPersonas(deps.db, found.deployment.workspaceId)
  const { name, number, kind } = found.model
  return {
    slug: found.deployment.slug,
    title: found.deployment.title,
    model: { name, number, kind },
    personas: personas.map(({ slug, body: { name, diets, cuisines, forbidden } }) => ({
      slug,
      name,
      diets,
      cuisines,
      forbidden,
    })),
  }
}
