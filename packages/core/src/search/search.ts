import {
  agent,
  dataset,
  datasetVersion,
  evaluation,
  modelVersion,
  persona,
  personaVersion,
  run,
  variantBatch,
} from '@palate/db'
import { and, type Column, desc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize, may } from '../permission'
import { type Found, type FoundKind, foundKinds, SearchInput } from './schemas'

/** Of each kind, the newest that match. */
const perKind = 5

/**
 * What the words are found in: names and numbers of the workspace's things. Every word has to occur, in any order. Each
 * kind is read by its workspace, which holds hundreds of them, not millions.
 */
export async function search(ctx: ServiceContext, input: SearchInput): Promise<Found[]> {
  authorize(ctx, 'workspace:read')
  const { text } = SearchInput.parse(input)
  const words = text.toLowerCase().split(/\s+/).slice(0, 8)
  const asked = foundKinds.filter((kind) => may(ctx, `${kind}:read`))
  const found = await Promise.all(asked.map((kind) => finders[kind](ctx, words)))
  return found.flatMap((rows, index) => rows.map((row) => ({ kind: asked[index] ?? 'run', ...row })))
}

type Row = Omit<Found, 'kind'>
type Finder = (ctx: ServiceContext, words: readonly string[]) => Promise<Row[]>

/** Whether a text has all words; `%` and `_` in a word are meant as they stand. */
const hasAll = (text: SQL | Column, words: readonly string[]) =>
  and(...words.map((word) => sql`${text} ilike ${`%${word.replace(/[\\%_]/g, '\\$&')}%`}`))

const nothing = sql<number | null>`null`

const finders: Record<FoundKind, Finder> = {
  run: ({ db, workspaceId }, words) =>
    db
      .select({ id: run.id, name: run.name, number: run.number })
      .from(run)
      .where(
        and(
          eq(run.workspaceId, workspaceId),
          hasAll(sql`'run ' || ${run.number} || ' ' || ${run.name} || ' ' || ${run.kind}`, words),
        ),
      )
      .orderBy(desc(run.number))
      .limit(perKind),
  model: ({ db, workspaceId }, words) =>
    db
      .select({ id: modelVersion.id, name: modelVersion.name, number: modelVersion.number })
      .from(modelVersion)
      .where(
        and(
          eq(modelVersion.workspaceId, workspaceId),
          hasAll(sql`'model ' || ${modelVersion.name} || ' v' || ${modelVersion.number}`, words),
        ),
      )
      .orderBy(desc(modelVersion.createdAt))
      .limit(perKind),
  evaluation: ({ db, workspaceId }, words) =>
    db
      .select({ id: evaluation.id, name: modelVersion.name, number: evaluation.number })
      .from(evaluation)
      .innerJoin(modelVersion, eq(modelVersion.id, evaluation.tunedModelVersionId))
      .where(
        and(
          eq(evaluation.workspaceId, workspaceId),
          hasAll(sql`'evaluation ' || ${evaluation.number} || ' ' || ${modelVersion.name}`, words),
        ),
      )
      .orderBy(desc(evaluation.number))
      .limit(perKind),
  dataset: ({ db, workspaceId }, words) =>
    db
      .selectDistinctOn([dataset.id], {
        id: datasetVersion.id,
        name: dataset.name,
        number: datasetVersion.number,
      })
      .from(dataset)
      .innerJoin(datasetVersion, eq(datasetVersion.datasetId, dataset.id))
      .where(and(eq(dataset.workspaceId, workspaceId), hasAll(sql`'dataset ' || ${dataset.name}`, words)))
      .orderBy(desc(dataset.id), desc(datasetVersion.number))
      .limit(perKind),
  persona: ({ db, workspaceId }, words) =>
    db
      .selectDistinctOn([persona.id], {
        id: persona.id,
        name: sql<string>`${personaVersion.body} ->> 'name'`,
        number: nothing,
      })
      .from(persona)
      .innerJoin(personaVersion, eq(personaVersion.personaId, persona.id))
      .where(
        and(
          eq(persona.workspaceId, workspaceId),
          isNull(persona.archivedAt),
          hasAll(sql`'persona ' || ${persona.slug} || ' ' || (${personaVersion.body} ->> 'name')`, words),
        ),
      )
      .orderBy(desc(persona.id), desc(personaVersion.number))
      .limit(perKind),
  variant: ({ db, workspaceId }, words) =>
    db
      .select({
        id: variantBatch.id,
        name: sql<string>`'Batch ' || ${variantBatch.number}`,
        number: nothing,
      })
      .from(variantBatch)
      .where(
        and(
          eq(variantBatch.workspaceId, workspaceId),
          hasAll(sql`'variants batch ' || ${variantBatch.number}`, words),
        ),
      )
      .orderBy(desc(variantBatch.number))
      .limit(perKind),
  agent: ({ db, workspaceId }, words) =>
    db
      .select({ id: agent.id, name: agent.name, number: nothing })
      .from(agent)
      .where(
        and(
          eq(agent.workspaceId, workspaceId),
          isNull(agent.revokedAt),
          hasAll(sql`'agent ' || ${agent.name}`, words),
        ),
      )
      .orderBy(desc(agent.createdAt))
      .limit(perKind),
}
