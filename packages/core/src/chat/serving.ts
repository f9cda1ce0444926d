import { deployment, modelVersion, type RunInput } from '@palate/db'
import { and, desc, eq } from 'drizzle-orm'
import type { Deps } from '../context'
import { DomainError } from '../error'
import { weightsOf } from '../model/find'
import { readPersonas } from '../persona/read'
import { acrossWorkspaces, inWorkspace } from '../tenant'
import { ChatInfoInput } from './schemas'

export interface ChatInfo {
  slug: string
  title: string
  model: { name: string; number: number; kind: 'base' | 'adapter' }
  personas: { slug: string; name: string; diets: string[]; cuisines: string[]; forbidden: string[] }[]
}

/** What a visitor may see of a deployment; without a slug, of the one changed last. Null when no model is deployed. */
export async function getChatInfo(deps: Deps, input: ChatInfoInput): Promise<ChatInfo | null> {
  const { slug } = ChatInfoInput.parse(input)
  const found = await findActive(deps, slug)
  if (!found) return null
  const personas = await readPersonas(
    inWorkspace(deps, found.deployment.workspaceId).db,
    found.deployment.workspaceId,
  )
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

export interface Serving {
  workspaceId: string
  deployment: { id: string; slug: string; title: string }
  /** The weights, as files of the object store. */
  model: {
    modelVersionId: string
    name: string
    number: number
    base: RunInput
    adapter: RunInput | null
  }
}

export async function findActive(deps: Deps, slug: string | null | undefined) {
  const [row] = await acrossWorkspaces(deps, 'visitor')
    .db.select({ deployment, model: modelVersion })
    .from(deployment)
    .innerJoin(modelVersion, eq(modelVersion.id, deployment.modelVersionId))
    .where(and(eq(deployment.active, true), slug ? eq(deployment.slug, slug) : undefined))
    .orderBy(desc(deployment.updatedAt))
    .limit(1)
  return row
}

/**
 * The deployment under a public name, with its weights.
 * @throws DomainError `not_found` when no model is deployed there
 */
export async function getServing(deps: Deps, slug: string): Promise<Serving> {
  const found = await findActive(deps, slug)
  if (!found) throw new DomainError('not_found', `No model is deployed under the name "${slug}".`)
  const { id, workspaceId, title } = found.deployment
  const { id: modelVersionId, name, number } = found.model
  const weights = await weightsOf(inWorkspace(deps, workspaceId).db, found.model)
  return { workspaceId, deployment: { id, slug, title }, model: { modelVersionId, name, number, ...weights } }
}

/** The public names of all active deployments, for the list of models of the API. */
export async function listServedModels(
  deps: Deps,
): Promise<{ slug: string; title: string; createdAt: Date }[]> {
  return acrossWorkspaces(deps, 'visitor')
    .db.select({ slug: deployment.slug, title: deployment.title, createdAt: deployment.createdAt })
    .from(deployment)
    .where(eq(deployment.active, true))
    .orderBy(deployment.slug)
}
