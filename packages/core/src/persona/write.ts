import { newId, type PersonaBody, persona, personaVersion, type Transaction } from '@palate/db'
import { seedPersonas as firstPersonas, type Persona } from '@palate/recipe'
import { and, desc, eq, isNull } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { readPersonas } from './read'

export function toPersonaBody({ slug: _, ...body }: Persona): PersonaBody {
  return body
}

/** Whether two bodies are equal, independent of the order of their fields. */
export function sameBody(a: PersonaBody, b: PersonaBody): boolean {
  return canonical(a) === canonical(b)
}

function canonical(body: PersonaBody): string {
  return JSON.stringify(Object.entries(body).sort(([left], [right]) => (left < right ? -1 : 1)))
}

export type PersonaChange = 'created' | 'updated' | 'unchanged'

/** Gives the persona with this slug the body: creates it, adds a version, or does nothing if the body is the same. */
export async function writePersona(
  tx: Transaction,
  workspaceId: string,
  slug: string,
  body: PersonaBody,
): Promise<{ id: string; change: PersonaChange }> {
  const id = newId('persona')
  const [made] = await tx
    .insert(persona)
    .values({ id, workspaceId, slug })
    .onConflictDoNothing({ target: [persona.workspaceId, persona.slug] })
    .returning()
  if (made) {
    await tx.insert(personaVersion).values({ id: newId('pver'), workspaceId, personaId: id, number: 1, body })
    return { id, change: 'created' }
  }
  const [found] = await tx
    .select()
    .from(persona)
    .where(and(eq(persona.workspaceId, workspaceId), eq(persona.slug, slug)))
    .for('update')
  const row = required(found, 'This persona')
  const restored = row.archivedAt !== null
  if (restored) await tx.update(persona).set({ archivedAt: null }).where(eq(persona.id, row.id))
  const changed = await addVersion(tx, workspaceId, row.id, body)
  return { id: row.id, change: changed || restored ? 'updated' : 'unchanged' }
}

/**
 * Adds the next version of a persona whose row the caller has locked; false if the newest has the same body.
 * Versions are never changed, because votes refer to them.
 */
export async function addVersion(
  tx: Transaction,
  workspaceId: string,
  personaId: string,
  body: PersonaBody,
): Promise<boolean> {
  const [newest] = await tx
    .select()
    .from(personaVersion)
    .where(eq(personaVersion.personaId, personaId))
    .orderBy(desc(personaVersion.number))
    .limit(1)
  if (newest && sameBody(newest.body, body)) return false
  const number = (newest?.number ?? 0) + 1
  await tx.insert(personaVersion).values({ id: newId('pver'), workspaceId, personaId, number, body })
  return true
}

/** @throws DomainError `not_found` when the workspace has no such active persona */
export async function lockPersona(tx: Transaction, workspaceId: string, id: string) {
  const [row] = await tx
    .select()
    .from(persona)
    .where(and(eq(persona.workspaceId, workspaceId), eq(persona.id, id), isNull(persona.archivedAt)))
    .for('update')
  return required(row, 'This persona')
}

/** Adds the first personas to a workspace. Personas that it has already are not changed. */
export async function seedPersonas(tx: Transaction, ctx: ServiceContext): Promise<{ created: number }> {
  const there = await readPersonas(tx, ctx.workspaceId, { withArchived: true })
  const missing = firstPersonas.filter((each) => !there.some(({ slug }) => slug === each.slug))
  for (const persona of missing) await writePersona(tx, ctx.workspaceId, persona.slug, toPersonaBody(persona))
  return { created: missing.length }
}
