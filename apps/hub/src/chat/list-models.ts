import { type Deps, listServedModels } from '@palate/core'
import type { Context } from 'hono'

/** GET /v1/models, in OpenAI's shape: the deployments that answer. */
export async function getModels(c: Context, deps: Deps): Promise<Response> {
  const models = await listServedModels(deps)
  const data = models.map(({ slug, createdAt }) => ({
    id: slug,
    object: 'model',
    created: Math.floor(createdAt.getTime() / 1000),
    owned_by: 'palate',
  }))
  return c.json({ object: 'list', data })
}
