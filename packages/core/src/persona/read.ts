import { type Database, type PersonaBody, persona, personaVersion, type Transaction, vote } from '@palate/db'
import { personaPrompt } from '@palate/recipe'
import { and, count, desc, eq, inArray, isNull } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { authorize } from '../permission'
import { PersonaRef } from './schemas'

/** The active personas of the workspace, each with its newest version. */
export async function listPersonas(ctx: ServiceContext): Promise<PersonaView[]> {
  authorize(ctx, 'persona:read')
  return readPersonas(ctx.db, ctx.workspaceId)
}

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

export interface PersonaView {
  id: string
  slug: string
  versionId: string
  number: number
  body: PersonaBody
  /** The full system prompt: the body's own, or built from its lists. */
  systemPrompt: string
  createdAt: Date
  /** Votes for any version of this persona that are not superseded. */
  votes: number
}

interface PersonaFilter {
  ids?: string[]
  /** Default: without archived personas. */
  withArchived?: boolean
}

/** The personas of a workspace by date of creation, each with its newest version. */
export async function readPersonas(
  tx: Database | Transaction,
  workspaceId: string,
  { ids, withArchived = false }: PersonaFilter = {},
): Promise<PersonaView[]> {
  const newest = await tx
    .selectDistinctOn([personaVersion.personaId], {
      id: persona.id,
      slug: persona.slug,
      madeAt: persona.createdAt,
      versionId: personaVersion.id,
      number: personaVersion.number,
      body: personaVersion.body,
      createdAt: personaVersion.createdAt,
    })
    .from(personaVersion)
    .innerJoin(persona, eq(persona.id, personaVersion.personaId))
    .where(
      and(
        eq(persona.workspaceId, workspaceId),
        withArchived ? undefined : isNull(persona.archivedAt),
        ids ? inArray(persona.id, ids) : undefined,
      ),
    )
    .orderBy(personaVersion.personaId, desc(personaVersion.number))
  const votes = await countVotes(tx, workspaceId)
  return newest
    .sort((a, b) => a.madeAt.getTime() - b.madeAt.getTime() || (a.slug < b.slug ? -1 : 1))
    .map(({ madeAt: _, ...row }) => ({
      ...row,
      systemPrompt: personaPrompt(row.body),
      votes: votes.get(row.id) ?? 0,
    }))
}

async function countVotes(tx: Database | Transaction, workspaceId: string): Promise<Map<string, number>> {
  const rows = await tx
    .select({ personaId: personaVersion.personaId, votes: count() })
    .from(vote)
    .innerJoin(personaVersion, eq(personaVersion.id, vote.personaVersionId))
    .where(and(eq(vote.workspaceId, workspaceId), isNull(vote.supersededAt)))
    .groupBy(personaVersion.personaId)
  return new Map(rows.map((row) => [row.personaId, row.votes]))
}
