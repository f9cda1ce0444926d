import type { Transaction } from '@palate/db'
import { seedPersonas as firstPersonas } from '@palate/recipe'
import type { ServiceContext } from '../context'
import { toPersonaBody } from './body'
import { readPersonas } from './view'
import { writePersona } from './write'

/** Gives a new workspace its first personas. One that the workspace has already, edited or not, is left alone. */
export async function seedPersonas(tx: Transaction, ctx: ServiceContext): Promise<{ created: number }> {
  const there = await readPersonas(tx, ctx.workspaceId, { withArchived: true })
  const missing = firstPersonas.filter((each) => !there.some(({ slug }) => slug === each.slug))
  for (const persona of missing) await writePersona(tx, ctx.workspaceId, persona.slug, toPersonaBody(persona))
  return { created: missing.length }
}
