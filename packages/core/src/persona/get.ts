import { type PersonaBody, personaVersion } from '@palate/db'
import { and, desc, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { authorize } from '../permission'
import { PersonaRef } from './schemas'
import { type PersonaView, readPersonas } from './view'

export interface PersonaDetail extends PersonaView {
  /** Newest first. */
  versions: { id: string; number: number; body: PersonaBody; createdAt: Date }[]
}

/** @throws DomainError `not_found` */
export async function getPersona(ctx: ServiceContext, input: PersonaRef): Promise<PersonaDetail> {
  authorize(ctx, 'persona:read')
  const { id } = PersonaRef.parse(input)
  const [found] = await readPersonas(ctx.db, ctx.workspaceId, { ids: [id], withArchived: true })
  const view = required(found, 'This persona')
  const versions = await ctx.db
    .select({
      id: personaVersion.id,
      number: personaVersion.number,
      body: personaVersion.body,
      createdAt: personaVersion.createdAt,
    })
    .from(personaVersion)
    .where(and(eq(personaVersion.workspaceId, ctx.workspaceId), eq(personaVersion.personaId, id)))
    .orderBy(desc(personaVersion.number))
  return { ...view, versions }
}
