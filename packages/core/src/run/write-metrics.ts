import { metricSeries, type Transaction } from '@palate/db'
import type { SpooledEvent } from '@palate/protocol'
import { eq, sql } from 'drizzle-orm'
import type { AttemptRow } from './lock'

/**
 * Stores the points of a batch: series by name first, then all points in one `unnest`. A point that is there stays.
 * Times travel as epoch milliseconds in `float8[]`: a `timestamptz[]` parameter fails on a client that Drizzle wraps.
 */
export async function writeMetrics(
  tx: Transaction,
  attempt: AttemptRow,
  events: readonly SpooledEvent[],
): Promise<void> {
  const points = events.flatMap(({ event }) =>
    event.type === 'metric'
      ? Object.entries(event.values).map(([key, value]) => ({
          key,
          value,
          step: event.step,
          time: event.time,
        }))
      : [],
  )
  if (points.length === 0) return
  const ids = await seriesIds(tx, attempt, [...new Set(points.map(({ key }) => key))])
  await tx.execute(sql`
    insert into metric_point (series_id, step, "time", value)
    select series_id, step, to_timestamp(ms / 1000), value
    from unnest(
      ${sql.param(points.map(({ key }) => ids.get(key)))}::int[],
      ${sql.param(points.map(({ step }) => step))}::int[],
      ${sql.param(points.map(({ time }) => storableTime(time)))}::float8[],
      ${sql.param(points.map(({ value }) => value))}::float8[]
    ) as point (series_id, step, ms, value)
    on conflict do nothing`)
}

async function seriesIds(tx: Transaction, attempt: AttemptRow, keys: string[]): Promise<Map<string, number>> {
  const read = async () =>
    new Map(
      (
        await tx
          .select({ id: metricSeries.id, key: metricSeries.key })
          .from(metricSeries)
          .where(eq(metricSeries.attemptId, attempt.id))
      ).map(({ id, key }) => [key, id]),
    )
  const known = await read()
  const fresh = keys.filter((key) => !known.has(key))
  if (fresh.length === 0) return known
  const { id: attemptId, runId, workspaceId } = attempt
  await tx.insert(metricSeries).values(fresh.map((key) => ({ attemptId, runId, workspaceId, key })))
  return read()
}

/** A clock that runs wild must not stop the points: years 1970 to 9999. */
function storableTime(ms: number): number {
  return Math.min(Math.max(ms, 0), Date.UTC(9999, 0))
}
