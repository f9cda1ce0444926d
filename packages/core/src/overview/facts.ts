import {
  dataset,
  datasetVersion,
  deployment,
  evaluation,
  modelVersion,
  pair,
  persona,
  run,
  variantBatch,
  vote,
  workspace,
} from '@palate/db'
import { ImportConfig } from '@palate/protocol'
import { and, count, countDistinct, desc, eq, inArray, isNull, sql, sum } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { countOpen } from '../label/summary'
import type { FailedModel, OverviewFacts, Trainings } from './station'

type Reader = Pick<ServiceContext, 'db' | 'workspaceId'>

/** Counts what the overview shows. */
export async function readFacts(ctx: Reader): Promise<OverviewFacts> {
  const { db, workspaceId } = ctx
  const [[own], data, models, runs, failedModel, labels, tests, releases, personas, [batch], open] =
    await Promise.all([
      db.select({ name: workspace.name }).from(workspace).where(eq(workspace.id, workspaceId)),
      readData(ctx),
      readModelFacts(ctx),
      readRuns(ctx),
      findFailedModel(ctx),
      readLabels(ctx),
      readEvaluationFacts(ctx),
      readReleases(ctx),
      db.$count(persona, and(eq(persona.workspaceId, workspaceId), isNull(persona.archivedAt))),
      db
        .select({ id: variantBatch.id })
        .from(variantBatch)
        .where(
          and(
            eq(variantBatch.workspaceId, workspaceId),
            inArray(variantBatch.status, ['preparing', 'generating']),
          ),
        )
        .orderBy(desc(variantBatch.number))
        .limit(1),
      countOpen(db, workspaceId),
    ])
  const { newestAdapter, ...counts } = models
  const { evaluatedModels, ...evaluations } = tests
  return {
    workspaceName: own?.name ?? '',
    ...data,
    ...counts,
    ...runs,
    failedModel,
    ...labels,
    ...evaluations,
    ...releases,
    personas,
    open,
    writing: batch?.id ?? null,
    evaluated: newestAdapter !== null && evaluatedModels.includes(newestAdapter),
  }
}

async function readData({ db, workspaceId }: Reader) {
  const newest = db
    .selectDistinctOn([datasetVersion.datasetId], { rowsKept: datasetVersion.rowsKept })
    .from(datasetVersion)
    .innerJoin(dataset, eq(dataset.id, datasetVersion.datasetId))
    .where(and(eq(datasetVersion.workspaceId, workspaceId), eq(datasetVersion.status, 'ready')))
    .orderBy(datasetVersion.datasetId, desc(datasetVersion.number))
    .as('newest')
  const [ready] = await db.select({ datasets: count(), recipes: sum(newest.rowsKept) }).from(newest)
  const importing = await db.$count(
    datasetVersion,
    and(
      eq(datasetVersion.workspaceId, workspaceId),
      inArray(datasetVersion.status, ['waiting', 'importing']),
    ),
  )
  return {
    datasets: ready?.datasets ?? 0,
    recipes: Number(ready?.recipes ?? 0),
    importing: importing > 0,
  }
}

/** An adapter that came with an import has learned nothing here yet. */
const isTunedHere = ({ kind, madeBy }: { kind: string; madeBy: string }) =>
  kind === 'adapter' && madeBy !== 'import'

async function readModelFacts({ db, workspaceId }: Reader) {
  const rows = await db
    .select({ id: modelVersion.id, kind: modelVersion.kind, facts: modelVersion.facts, madeBy: run.kind })
    .from(modelVersion)
    .innerJoin(run, eq(run.id, modelVersion.runId))
    .where(eq(modelVersion.workspaceId, workspaceId))
    .orderBy(desc(modelVersion.createdAt), desc(modelVersion.number))
  const adapters = rows.filter(isTunedHere)
  return {
    baseModels: rows.filter(
      ({ kind, facts }) => kind !== 'adapter' && !facts?.notServable && !facts?.notTrainable,
    ).length,
    adapters: adapters.length,
    newestAdapter: adapters[0]?.id ?? null,
  }
}

async function readRuns({ db, workspaceId }: Reader) {
  const rows = await db
    .select({ id: run.id, kind: run.kind, status: run.status })
    .from(run)
    .where(and(eq(run.workspaceId, workspaceId), inArray(run.status, ['queued', 'running', 'canceling'])))
    .orderBy(desc(run.number))
  const trainingsOf = (...kinds: string[]): Trainings | null => {
    const own = rows.filter(({ kind }) => kinds.includes(kind))
    const queued = own.filter(({ status }) => status === 'queued').length
    return own[0] ? { id: own[0].id, started: own.length - queued, queued } : null
  }
  return {
    addingModels: trainingsOf('import'),
    pretraining: trainingsOf('pretrain'),
    tuning: trainingsOf('dpo', 'sft', 'kto'),
  }
}

/** A failure that something newer came after needs nothing. */
async function findFailedModel({ db, workspaceId }: Reader): Promise<FailedModel | null> {
  const [newest] = await db
    .select({ run, facts: modelVersion.facts })
    .from(run)
    .leftJoin(modelVersion, and(eq(modelVersion.runId, run.id), eq(modelVersion.kind, 'base')))
    .where(and(eq(run.workspaceId, workspaceId), inArray(run.kind, ['import', 'pretrain'])))
    .orderBy(desc(run.number))
    .limit(1)
  if (!newest) return null
  const { number, name, kind, status, failure, config } = newest.run
  const refused = newest.facts?.notServable ?? newest.facts?.notTrainable
  if (status !== 'failed' && !refused) return null
  const listed = ImportConfig.safeParse(config).data?.source?.from === 'package'
  const noRegistry = listed && failure?.code === 'hub_unreachable'
  return {
    ...{ number, name, listed },
    kind: kind === 'import' ? 'import' : 'pretrain',
    outcome: status !== 'failed' ? 'refused' : noRegistry ? 'no-registry' : 'failed',
    message: refused ?? failure?.message ?? 'It reported no reason.',
    remedy: failure?.remedy ?? (refused ? 'Its page on Models says more.' : 'Its log may say more.'),
  }
}

async function readLabels({ db, workspaceId }: Reader) {
  const [votes] = await db
    .select({
      personVotes: count(sql`case when ${vote.source} = 'person' then 1 end`),
      ruleVotes: count(sql`case when ${vote.source} = 'rule' then 1 end`),
      labeled: countDistinct(vote.pairId),
      decided: countDistinct(sql`case when ${vote.choice} in ('a', 'b') then ${vote.pairId} end`),
    })
    .from(vote)
    .where(and(eq(vote.workspaceId, workspaceId), isNull(vote.supersededAt)))
  const pairs = await db.$count(pair, eq(pair.workspaceId, workspaceId))
  const { personVotes = 0, ruleVotes = 0, labeled = 0, decided = 0 } = votes ?? {}
  return { pairs, personVotes, ruleVotes, decided, unlabeled: pairs - labeled }
}

async function readEvaluationFacts({ db, workspaceId }: Reader) {
  const rows = await db
    .select({ id: evaluation.id, status: evaluation.status, tunedId: evaluation.tunedModelVersionId })
    .from(evaluation)
    .where(eq(evaluation.workspaceId, workspaceId))
    .orderBy(desc(evaluation.number))
  const ready = rows.filter(({ status }) => status === 'ready')
  return {
    evaluations: ready.length,
    evaluating: rows.find(({ status }) => status === 'generating' || status === 'scoring')?.id ?? null,
    evaluatedModels: ready.map(({ tunedId }) => tunedId),
  }
}

async function readReleases({ db, workspaceId }: Reader) {
  const rows = await db
    .select({ kind: modelVersion.kind, madeBy: run.kind })
    .from(deployment)
    .innerJoin(modelVersion, eq(modelVersion.id, deployment.modelVersionId))
    .innerJoin(run, eq(run.id, modelVersion.runId))
    .where(and(eq(deployment.workspaceId, workspaceId), eq(deployment.active, true)))
  return { deployments: rows.length, tunedServes: rows.some(isTunedHere) }
}
