import { agent, attempt, type Database, modelVersion, run, type Transaction } from '@palate/db'
import { RunNeeds } from '@palate/protocol'
import { and, asc, desc, eq, inArray } from 'drizzle-orm'
import type { Deps, ServiceContext } from '../context'
import { required } from '../error'
import { groupBy } from '../group-by'
import { authorize } from '../permission'
import { readKeeping, readResumes } from './checkpoint/read'
import { toProgressView } from './events/progress'
import type { RunRow } from './queue/insert'
import { explainQueue, readQueue } from './queue/read-queue'
import { type AttemptView, ListRunsInput, RunRef, type RunView } from './schemas'
import { isTraining } from './state/training'

/** The newest runs first. */
export async function listRuns(ctx: ServiceContext, raw: ListRunsInput): Promise<RunView[]> {
  authorize(ctx, 'run:read')
  const { kind, limit } = ListRunsInput.parse(raw)
  const rows = await ctx.db
    .select()
    .from(run)
    .where(and(eq(run.workspaceId, ctx.workspaceId), kind && eq(run.kind, kind)))
    .orderBy(desc(run.number))
    .limit(limit)
  return loadRunViews(ctx, rows)
}

export async function getRun(ctx: ServiceContext, raw: RunRef): Promise<RunView> {
  authorize(ctx, 'run:read')
  const { id } = RunRef.parse(raw)
  return loadRunView(ctx, await findOwnRun(ctx, id))
}

/** @throws DomainError `not_found`, also for a run of another workspace */
export async function findOwnRun(
  ctx: { db: Database | Transaction; workspaceId: string },
  id: string,
): Promise<RunRow> {
  const [row] = await ctx.db
    .select()
    .from(run)
    .where(and(eq(run.id, id), eq(run.workspaceId, ctx.workspaceId)))
  return required(row, 'This run')
}

type Workspace = Pick<Deps, 'db' | 'now'> & { workspaceId: string }

/** Runs with their attempts, their model, and the reason why they wait. */
export async function loadRunViews(ctx: Workspace, rows: readonly RunRow[]): Promise<RunView[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const attempts = groupBy(await readAttempts(ctx, ids), ({ runId }) => runId)
  const models = await ctx.db
    .select({ id: modelVersion.id, runId: modelVersion.runId })
    .from(modelVersion)
    .where(inArray(modelVersion.runId, ids))
    // Of an import that brought an adapter it is the base: it has what the import found out.
    .orderBy(asc(modelVersion.kind))
  const modelOf = new Map(models.map(({ id, runId }) => [runId, id]))
  const queued = new Set(rows.flatMap(({ id, status }) => (status === 'queued' ? [id] : [])))
  const queue = queued.size > 0 ? await readQueue(ctx) : []
  const reasons = await explainQueue(ctx, queue, queued)
  const resumes = await readResumes(ctx, rows)
  const working = rows.filter(({ kind, status }) => isTraining(kind) && status === 'running')
  const keeping = await readKeeping(
    ctx,
    working.map(({ id }) => id),
  )
  return rows.map((row) => ({
    ...toRunView(row),
    waitingBecause: reasons.get(row.id)?.because ?? null,
    waiting: reasons.get(row.id) ?? null,
    attempts: (attempts.get(row.id) ?? []).map(({ view }) => view),
    modelVersionId: modelOf.get(row.id) ?? null,
    resume: resumes.get(row.id) ?? null,
    keeping: keeping.get(row.id) ?? null,
  }))
}

export async function loadRunView(ctx: Workspace, row: RunRow): Promise<RunView> {
  const [view] = await loadRunViews(ctx, [row])
  return required(view, 'This run')
}

function toRunView(row: RunRow) {
  const { id, number, name, kind, status, config, seed, lineage, progress, results, failure } = row
  const { priority, createdAt, startedAt, finishedAt, cancelRequestedAt, stopRequestedAt, stopped } = row
  const order = { priority, needs: RunNeeds.parse(row.needs) }
  const dates = { createdAt, startedAt, finishedAt, cancelRequestedAt, stopRequestedAt }
  return {
    id,
    number,
    name,
    kind,
    status,
    config,
    seed,
    lineage,
    progress: toProgressView(progress),
    results,
    failure,
    stopped,
    ...order,
    ...dates,
  }
}

async function readAttempts(
  ctx: Workspace,
  runIds: string[],
): Promise<{ runId: string; view: AttemptView }[]> {
  const rows = await ctx.db
    .select({ attempt, agentName: agent.name })
    .from(attempt)
    .innerJoin(agent, eq(agent.id, attempt.agentId))
    .where(and(eq(attempt.workspaceId, ctx.workspaceId), inArray(attempt.runId, runIds)))
    .orderBy(asc(attempt.number))
  return rows.map(({ attempt: row, agentName }) => {
    const { id, number, status, startedAt, endedAt, failure, environment, summary, price } = row
    return {
      runId: row.runId,
      view: { id, number, status, agentName, startedAt, endedAt, failure, environment, summary, price },
    }
  })
}
