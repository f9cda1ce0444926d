import { metricSeries, type Transaction } from '@palate/db'
import type { SpooledEvent } from '@palate/protocol'
import { eq, sql } from 'drizzle-orm'
import type { AttemptMemory, Series } from './attempt-memory'
import { cleanText } from './clean-text'
import type { AttemptRow } from './lock'

/** Columns of points to be written in one `unnest`. */
class Points {
  private readonly series: number[] = []
  private readonly steps: number[] = []
  private readonly times: number[] = []
  private readonly values: number[] = []

  add(series: number, step: number, time: number, value: number): void {
    this.series.push(series)
    this.steps.push(step)
    this.times.push(time)
    this.values.push(value)
  }

  /** Times travel as epoch milliseconds: a `timestamptz[]` parameter fails on a client that Drizzle wraps. */
  async insert(tx: Transaction, whenThere: 'keep' | 'never'): Promise<void> {
    if (this.series.length === 0) return
    await tx.execute(sql`
      insert into metric_point (series_id, step, "time", value)
      select series_id, step, to_timestamp(ms / 1000), value
      from unnest(
        ${arrayText(this.series)}::int[], ${arrayText(this.steps)}::int[],
        ${arrayText(this.times)}::float8[], ${arrayText(this.values)}::float8[]
      ) as point (series_id, step, ms, value)
      ${whenThere === 'keep' ? sql`on conflict do nothing` : sql``}`)
  }
}

/**
 * Stores the points of a batch: series by name first, then all points. A point that is there stays. Points beyond the
 * highest step of their series, nearly all of them, cannot be there, and are written without looking; that is known
 * because only who holds the attempt's lock writes its points. If it is wrong after all, the batch fails, the memory
 * is dropped, and the agent's next try reads the highest steps again.
 */
export async function writeMetrics(
  tx: Transaction,
  attempt: AttemptRow,
  events: readonly SpooledEvent[],
  memory: AttemptMemory,
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
  await fresh.insert(tx, 'never')
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

/** PostgreSQL's own notation, which the client then need not build number by number. */
const arrayText = (numbers: number[]) => `{${numbers.join(',')}}`

/** A clock that runs wild must not stop the points: years 1970 to 9999. */
function storableTime(ms: number): number {
  return Math.min(Math.max(ms, 0), Date.UTC(9999, 0))
}
