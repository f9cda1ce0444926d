import { text } from 'node:stream/consumers'
import { dataset, datasetVersion, persona, personaVersion, run, variantBatch, vote } from '@palate/db'
import type { RunKind, RunStop } from '@palate/protocol'
import { and, asc, count, eq, inArray } from 'drizzle-orm'
import { z } from 'zod'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { getModelRow } from './find'

export interface Lineage {
  run: {
    id: string
    number: number
    name: string
    kind: RunKind
    seed: number
    createdAt: Date
    /** Where it ended before its last step; null where it took them all. */
    stopped: RunStop | null
  }
  base: { id: string; name: string; number: number } | null
  /** The votes that it was trained on: how many of each source, and the hash of their sorted ids. */
  votes: { count: number; sha256: string; person: number; judge: number; rule: number } | null
  /** The pairs with a winner, by the source of the votes that decided them. */
  pairs: { decided: number; ties: number; person: number; judge: number; rule: number } | null
  /** The thumbs of the public chat that it was trained on. */
  thumbs: { up: number; down: number; sha256: string } | null
  personas: { versionId: string; slug: string; name: string; number: number }[]
  batches: { id: string; number: number; seed: number }[]
  datasets: { id: string; name: string; number: number; sha256: string | null }[]
}

/** The fields of a run's lineage that are shown; others are ignored. */
const Origin = z.object({
  batchIds: z.array(z.string()).catch([]),
  personaVersionIds: z.array(z.string()).catch([]),
  pairs: z
    .object({ decided: z.int(), ties: z.int(), person: z.int(), judge: z.int(), rule: z.int() })
    .nullable()
    .catch(null),
  votes: z.object({ count: z.int(), sha256: z.string(), storageKey: z.string() }).nullable().catch(null),
  thumbs: z.object({ up: z.int(), down: z.int() }).nullable().catch(null),
  feedback: z.object({ sha256: z.string() }).nullable().catch(null),
  /** Of a fine-tuning; a preference training has the datasets of its batches. */
  datasetVersionId: z.string().nullable().catch(null),
})
type Origin = z.infer<typeof Origin>

/** A model version's run, base, votes, personas, batches and datasets. */
export async function readLineage(
  ctx: ServiceContext,
  model: { runId: string; baseId: string | null },
): Promise<Lineage> {
  const { db, workspaceId } = ctx
  const [made] = await db
    .select()
    .from(run)
    .where(and(eq(run.workspaceId, workspaceId), eq(run.id, model.runId)))
  const { id, number, name, kind, seed, createdAt, stopped, lineage } = required(made, 'Its run')
  const origin = Origin.parse(lineage)
  const base = model.baseId ? await getModelRow(db, workspaceId, model.baseId) : null
  return {
    run: { id, number, name, kind, seed, createdAt, stopped },
    base: base && { id: base.id, name: base.name, number: base.number },
    votes: origin.votes && (await countVotes(ctx, origin.votes)),
    pairs: origin.pairs,
    thumbs: origin.thumbs && origin.feedback && { ...origin.thumbs, ...origin.feedback },
    personas: await readPersonaVersions(ctx, origin),
    ...(await readBatchesAndData(ctx, origin)),
  }
}

async function countVotes(
  { db, storage, workspaceId }: ServiceContext,
  { count: all, sha256, storageKey }: NonNullable<Origin['votes']>,
) {
  const ids = z.array(z.string()).parse(JSON.parse(await text(await storage.stream(storageKey))))
  const rows = await db
    .select({ source: vote.source, votes: count() })
    .from(vote)
    .where(and(eq(vote.workspaceId, workspaceId), inArray(vote.id, ids)))
    .groupBy(vote.source)
  const of = (source: string) => rows.find((row) => row.source === source)?.votes ?? 0
  return { count: all, sha256, person: of('person'), judge: of('judge'), rule: of('rule') }
}

async function readPersonaVersions({ db, workspaceId }: ServiceContext, { personaVersionIds }: Origin) {
  const rows = await db
    .select({
      versionId: personaVersion.id,
      slug: persona.slug,
      body: personaVersion.body,
      number: personaVersion.number,
    })
    .from(personaVersion)
    .innerJoin(persona, eq(persona.id, personaVersion.personaId))
    .where(and(eq(personaVersion.workspaceId, workspaceId), inArray(personaVersion.id, personaVersionIds)))
    .orderBy(asc(persona.slug), asc(personaVersion.number))
  return rows.map(({ body, ...row }) => ({ ...row, name: body.name }))
}

async function readBatchesAndData({ db, workspaceId }: ServiceContext, origin: Origin) {
  const batches = await db
    .select()
    .from(variantBatch)
    .where(and(eq(variantBatch.workspaceId, workspaceId), inArray(variantBatch.id, origin.batchIds)))
    .orderBy(asc(variantBatch.number))
  const ids = [origin.datasetVersionId, ...batches.map((batch) => batch.datasetVersionId)]
  const datasets = await db
    .select({
      id: datasetVersion.id,
      name: dataset.name,
      number: datasetVersion.number,
      sha256: datasetVersion.sha256,
    })
    .from(datasetVersion)
    .innerJoin(dataset, eq(dataset.id, datasetVersion.datasetId))
    .where(
      and(
        eq(datasetVersion.workspaceId, workspaceId),
        inArray(
          datasetVersion.id,
          ids.filter((id) => id !== null),
        ),
      ),
    )
    .orderBy(asc(dataset.name), asc(datasetVersion.number))
  return {
    batches: batches.map(({ id, number, settings }) => ({ id, number, seed: settings.seed })),
    datasets,
  }
}
