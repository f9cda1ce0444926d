import { type CopyIn, metricSeries, type Transaction } from '@palate/db'
import type { SpooledEvent } from '@palate/protocol'
import { eq, sql } from 'drizzle-orm'
import { cleanText } from '../../clean-text'
import type { AttemptRow } from '../state/lock'
import type { AttemptMemory, Series } from './attempt-memory'
import { Points } from './points'

/**
 * Stores the points of a batch: series by name first, then all points. A point that is there stays. Points beyond the
 * highest step of their series, nearly all of them, cannot be there, and are written without looking; that is known
 * because only who holds the attempt's lock writes its points. If it is wrong after all, the batch fails, the memory
 * is dropped, and the agent's next try reads the highest steps again.
 *
 * @param copyIn where the transaction can COPY
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
  const others = new Points()
  for (const { event } of events) {
    if (event.type !== 'metric') continue
    const time = storableTime(event.time)
    for (const key in event.values) {
      const series = memory.series.get(key)
      const value = event.values[key]
      if (!series || value === undefined) continue
      if (event.step > series.lastStep) {
        series.lastStep = event.step
        fresh.add(series.id, event.step, time, value)
      } else others.add(series.id, event.step, time, value)
    }
  }
  await (copyIn ? fresh.copy(copyIn) : fresh.insert(tx, 'never'))
  await others.insert(tx, 'keep')
}

/** Sees to it that the memory knows a series for each name of the batch. Names that differ only in what cannot be stored share one. */
async function learnSeries(
  tx: Transaction,
  attempt: AttemptRow,
  events: readonly SpooledEvent[],
  { series }: AttemptMemory,
): Promise<void> {
  const unknown = new Set<string>()
  for (const { event } of events)
    if (event.type === 'metric') for (const key in event.values) if (!series.has(key)) unknown.add(key)
  if (unknown.size === 0) return
  let stored = await readSeries(tx, attempt.id)
  const fresh = new Set([...unknown].map(cleanText).filter((key) => !stored.has(key)))
  if (fresh.size > 0) {
    const { id: attemptId, runId, workspaceId } = attempt
    await tx.insert(metricSeries).values([...fresh].map((key) => ({ attemptId, runId, workspaceId, key })))
    stored = await readSeries(tx, attempt.id)
  }
  const shared = new Map([...series].map(([key, one]) => [cleanText(key), one]))
  for (const key of unknown) {
    const clean = cleanText(key)
    const one = shared.get(clean) ?? stored.get(clean)
    if (!one) continue
    series.set(key, one)
    shared.set(clean, one)
  }
}

async function readSeries(tx: Transaction, attemptId: string): Promise<Map<string, Series>> {
  const rows = await tx
    .select({
      id: metricSeries.id,
      key: metricSeries.key,
      lastStep: sql<number>`coalesce((select max(p.step) from metric_point p where p.series_id = ${metricSeries.id}), -1)`,
    })
    .from(metricSeries)
    .where(eq(metricSeries.attemptId, attemptId))
  return new Map(rows.map(({ key, id, lastStep }) => [key, { id, lastStep }]))
}

/** A clock that runs wild must not stop the points: years 1970 to 9999. */
function storableTime(ms: number): number {
  return Math.min(Math.max(ms, 0), Date.UTC(9999, 0))
}
