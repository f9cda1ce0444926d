import { type CopyIn, metricSeries, type Transaction } from '@palate/db'
import { type MetricAxis, metricAxes, type SpooledEvent } from '@palate/protocol'
import { and, eq, sql } from 'drizzle-orm'
import { cleanText } from '../../clean-text'
import type { AttemptRow } from '../state/lock'
import type { AttemptMemory, SeriesByKey } from './attempt-memory'
import { Points } from './points'

/**
 * Stores the points of a chunk: first the series, then all points. An existing point is kept. Points beyond the highest
 * position of their series, nearly all of them, are written without a check, because only the holder of the attempt's
 * lock writes its points. If one exists after all, the chunk fails, the memory is dropped, and the agent's next try reads
 * the highest positions again.
 *
 * @param copyIn if the transaction can COPY
 */
export async function writeMetrics(
  tx: Transaction,
  attempt: AttemptRow,
  events: readonly SpooledEvent[],
  memory: AttemptMemory,
  copyIn?: CopyIn,
): Promise<void> {
  await learnSeries(tx, attempt, events, memory)
  const fresh = new Points()
  const late = new Points()
  for (const { event } of events) {
    if (event.type !== 'metric') continue
    const { position } = event
    const time = storableTime(event.time)
    const byKey = memory.series[event.axis]
    for (const key in event.values) {
      const series = byKey.get(key)
      const value = event.values[key]
      if (!series || value === undefined) continue
      if (position > series.last) {
        series.last = position
        fresh.add(series.id, position, time, value)
      } else late.add(series.id, position, time, value)
    }
  }
  await (copyIn ? fresh.copy(copyIn) : fresh.insert(tx))
  await late.insertLate(tx)
}

/** Makes sure that the memory has a series for each key and axis of the chunk. */
async function learnSeries(
  tx: Transaction,
  attempt: AttemptRow,
  events: readonly SpooledEvent[],
  { series }: AttemptMemory,
): Promise<void> {
  const unknown = { step: new Set<string>(), seconds: new Set<string>() }
  for (const { event } of events) {
    if (event.type !== 'metric') continue
    for (const key in event.values) if (!series[event.axis].has(key)) unknown[event.axis].add(key)
  }
  for (const axis of metricAxes)
    if (unknown[axis].size > 0) await learnAxis(tx, attempt, axis, unknown[axis], series[axis])
}

/** Keys that differ only in what cannot be stored share one series. */
async function learnAxis(
  tx: Transaction,
  attempt: AttemptRow,
  axis: MetricAxis,
  unknown: ReadonlySet<string>,
  known: SeriesByKey,
): Promise<void> {
  let stored = await readSeries(tx, attempt.id, axis)
  const fresh = new Set([...unknown].map(cleanText).filter((key) => !stored.has(key)))
  if (fresh.size > 0) {
    const { id: attemptId, runId, workspaceId } = attempt
    const rows = [...fresh].map((key) => ({ attemptId, runId, workspaceId, key, axis }))
    await tx.insert(metricSeries).values(rows)
    stored = await readSeries(tx, attempt.id, axis)
  }
  const shared = new Map([...known].map(([key, one]) => [cleanText(key), one]))
  for (const key of unknown) {
    const clean = cleanText(key)
    const one = shared.get(clean) ?? stored.get(clean)
    if (!one) continue
    known.set(key, one)
    shared.set(clean, one)
  }
}

async function readSeries(tx: Transaction, attemptId: string, axis: MetricAxis): Promise<SeriesByKey> {
  const rows = await tx
    .select({
      id: metricSeries.id,
      key: metricSeries.key,
      last: sql<number>`coalesce((select max(p.position) from metric_point p where p.series_id = ${metricSeries.id}), -1)`,
    })
    .from(metricSeries)
    .where(and(eq(metricSeries.attemptId, attemptId), eq(metricSeries.axis, axis)))
  return new Map(rows.map(({ key, id, last }) => [key, { id, last }]))
}

/** Limits times to the years 1970 to 9999, so that a wrong clock does not stop the points. */
function storableTime(ms: number): number {
  return Math.min(Math.max(ms, 0), Date.UTC(9999, 0))
}
