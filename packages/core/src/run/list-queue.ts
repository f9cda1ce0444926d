import { experiment, run, user } from '@palate/db'
import { eq, inArray } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { explainQueue, readQueue } from './queue/read-queue'
import { ListQueueInput, type QueueView } from './schemas'

/** The queued runs in the order in which they will be leased, each with the reason why it waits. */
export async function listQueue(ctx: ServiceContext, raw: ListQueueInput): Promise<QueueView> {
  authorize(ctx, 'run:read')
  const { limit } = ListQueueInput.parse(raw)
  const queue = await readQueue(ctx)
  const ids = queue.slice(0, limit).map(({ id }) => id)
  if (ids.length === 0) return { runs: [], total: 0 }
  const reasons = await explainQueue(ctx, queue, new Set(ids))
  const rows = await ctx.db
    .select({ id: run.id, name: run.name, experiment: experiment.name, createdBy: user.name })
    .from(run)
    .leftJoin(experiment, eq(experiment.id, run.experimentId))
    .leftJoin(user, eq(user.id, run.createdBy))
    .where(inArray(run.id, ids))
  const named = new Map(rows.map((row) => [row.id, row]))
  const runs = queue.slice(0, limit).flatMap(({ id, kind, needs, priority, createdAt, number }) => {
    const row = named.get(id)
    const waiting = reasons.get(id)
    return row && waiting ? [{ ...row, kind, needs, priority, createdAt, number, waiting }] : []
  })
  return { runs, total: queue.length }
}
