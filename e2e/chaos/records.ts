import { getRunMetrics, type ServiceContext } from '@palate/core'
import { artifact, attempt, metricPoint, metricSeries, modelVersion, run } from '@palate/db'
import { and, asc, count, eq } from 'drizzle-orm'
import type { Point } from './recorder'

export interface StoredAttempt {
  id: string
  runId: string
  number: number
  status: string
  failureCode: string | null
  points: Point[]
}

export interface StoredRun {
  id: string
  seed: number
  status: string
  /** Why it failed. */
  failure: string | null
  /** What a chart would show: the later attempt from its first step on. */
  chart: { key: string; points: [step: number, value: number][] }[]
  modelVersions: number
  artifacts: { attemptId: string; path: string; sha256: string; storageKey: string }[]
}

/** What the database holds of every attempt; what the agent measured of the machine, by seconds, is left out. */
export async function readAttempts({ db, workspaceId }: ServiceContext): Promise<StoredAttempt[]> {
  const attempts = await db
    .select()
    .from(attempt)
    .where(eq(attempt.workspaceId, workspaceId))
    .orderBy(asc(attempt.runId), asc(attempt.number))
  const points = await db
    .select({
      attemptId: metricSeries.attemptId,
      key: metricSeries.key,
      step: metricPoint.position,
      value: metricPoint.value,
    })
    .from(metricPoint)
    .innerJoin(metricSeries, eq(metricSeries.id, metricPoint.seriesId))
    .where(and(eq(metricSeries.workspaceId, workspaceId), eq(metricSeries.axis, 'step')))
  return attempts.map(({ id, runId, number, status, failure }) => ({
    ...{ id, runId, number, status },
    failureCode: failure?.code ?? null,
    points: points.filter(({ attemptId }) => attemptId === id),
  }))
}

export async function readRuns(ctx: ServiceContext): Promise<StoredRun[]> {
  const { db, workspaceId } = ctx
  const rows = await db.select().from(run).where(eq(run.workspaceId, workspaceId)).orderBy(asc(run.number))
  const runs = []
  for (const { id, seed, status, failure } of rows) {
    const [models] = await db.select({ n: count() }).from(modelVersion).where(eq(modelVersion.runId, id))
    runs.push({
      ...{ id, seed, status, failure: failure?.code ?? null },
      chart: (await getRunMetrics(ctx, { runId: id, maxPoints: 5000 })).series,
      modelVersions: models?.n ?? 0,
      artifacts: await db.select().from(artifact).where(eq(artifact.runId, id)),
    })
  }
  return runs
}

export async function statusesOfRuns({ db, workspaceId }: ServiceContext): Promise<string[]> {
  const rows = await db.select({ status: run.status }).from(run).where(eq(run.workspaceId, workspaceId))
  return rows.map(({ status }) => status)
}
