import { deployment, modelVersion } from '@palate/db'
import { and, desc, eq } from 'drizzle-orm'
import type { Deps } from '../context'
import { weightsOf } from '../model/find'
import { readPersonas } from '../persona/read'
import { inWorkspace } from '../tenant'
import type { Serving } from './serving'

/** More would not fit in the memory of most agents. */
const maxReleased = 6
const maxPrompts = 8

export interface ReleasedModels {
  /** Each model once, that of the deployment changed last first. */
  servings: Serving[]
  /** The system prompts of the personas: what the next questions will begin with. */
  systems: string[]
}

/** What the visitors of a workspace's deployments will need, so that an agent can have it ready before they come. */
export async function listReleased(deps: Deps, workspaceId: string): Promise<ReleasedModels> {
  const { db } = inWorkspace(deps, workspaceId)
  const rows = await db
    .select({ deployment, model: modelVersion })
    .from(deployment)
    .innerJoin(modelVersion, eq(modelVersion.id, deployment.modelVersionId))
    .where(and(eq(deployment.workspaceId, workspaceId), eq(deployment.active, true)))
    .orderBy(desc(deployment.updatedAt))
  const servings: Serving[] = []
  for (const { deployment, model } of rows) {
    if (servings.length === maxReleased) break
    if (servings.some((known) => known.model.modelVersionId === model.id)) continue
    const { id, slug, title } = deployment
    const { id: modelVersionId, name, number } = model
    const weights = await weightsOf(db, model)
    servings.push({
      ...{ workspaceId, deployment: { id, slug, title } },
      model: { modelVersionId, name, number, ...weights },
    })
  }
  const personas = servings.length > 0 ? await readPersonas(db, workspaceId) : []
  return { servings, systems: personas.slice(0, maxPrompts).map(({ systemPrompt }) => systemPrompt) }
}
