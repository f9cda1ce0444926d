import { formatPersonas } from '@palate/recipe'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { readPersonas } from './view'

/** The newest versions of the living personas as a file that `importPersonasYaml` reads back to the same. */
export async function exportPersonasYaml(ctx: ServiceContext): Promise<{ yaml: string }> {
  authorize(ctx, 'persona:read')
  const personas = await readPersonas(ctx.db, ctx.workspaceId)
  return { yaml: formatPersonas(personas.map(({ slug, body }) => ({ slug, ...body }))) }
}
