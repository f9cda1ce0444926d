import type { ServiceContext } from '../context'
import { groupBy } from '../group-by'
import { authorize } from '../permission'
import {
  decodeCursor,
  describeState,
  encodeCursor,
  type Held,
  hashQuestion,
  type MetricCursor,
  newestAttempt,
  replacedFrom,
  type StoredSeries,
} from './metric/cursor'
import { type Point, readCurves, readSeries, readTails } from './metric/read-points'
import { findOwnRun } from './read'
import { type MetricSeriesView, RunMetricsInput, type RunMetricsView } from './schemas'

/** The most series in one response, which together with `maxPoints` bounds its size. */
const seriesLimit = 200

interface Question {
  /** By curve: its series of every attempt. */
  curves: StoredSeries[][]
  hidden: number
  /** The only attempt whose curves still grow. */
  newest: number
  maxPoints: number
  question: string
  state: string
}

/**
 * A run's curves, each along its own axis. Without a cursor: all of them, long ones downsampled. With the cursor of an
 * earlier response: only the points recorded since, for each series after its own last one. If these cannot be appended
 * (a new attempt resumed earlier, points came late, or there are too many), all curves again, with `whole` set. A reader
 * misses no point and gets none twice, from any hub.
 */
export async function getRunMetrics(ctx: ServiceContext, raw: RunMetricsInput): Promise<RunMetricsView> {
  authorize(ctx, 'run:read')
  const { runId, keys, after, maxPoints } = RunMetricsInput.parse(raw)
  await findOwnRun(ctx, runId)
  const all = await readSeries(ctx, runId)
  const { curves, hidden } = toCurves(all.filter(({ key }) => !keys || keys.includes(key)))
  const question: Question = {
    ...{ curves, hidden, maxPoints, newest: newestAttempt(all) },
    question: hashQuestion(runId, keys, maxPoints),
    // If not all curves are shown, a new one may replace another.
    state: `${describeState(all)}${hidden > 0 ? `.${hidden}` : ''}`,
  }
  const cursor = after === undefined ? null : decodeCursor(after)
  const goesOn = cursor?.question === question.question && cursor.state === question.state
  return (goesOn ? await readOn(ctx, question, cursor) : null) ?? readWhole(ctx, all, question)
}

/** @returns null when there are so many new points that all curves should be read again */
async function readOn(
  ctx: ServiceContext,
  { curves, hidden, newest, maxPoints, question, state }: Question,
  cursor: MetricCursor,
): Promise<RunMetricsView | null> {
  const growing = curves.flat().filter(({ attemptNumber }) => attemptNumber === newest)
  const holds = (id: number): Held => cursor.held.get(id) ?? { last: -1, count: 0 }
  const roomFor = (id: number) => Math.max(0, 2 * maxPoints - holds(id).count)
  const tails = await readTails(
    ctx,
    growing.map(({ id }) => ({ seriesId: id, after: holds(id).last, limit: roomFor(id) + 1 })),
  )
  const held = new Map(cursor.held)
  const series: MetricSeriesView[] = []
  for (const { id, key, axis, offset } of growing) {
    const points = tails.get(id)
    if (!points) continue
    if (points.length > roomFor(id)) return null
    held.set(id, { last: lastOf(points), count: holds(id).count + points.length })
    series.push({ key, axis, points: points.map(([position, value]) => [position + offset, value]) })
  }
  return { cursor: encodeCursor({ question, state, held }), whole: false, series, hidden }
}

async function readWhole(
  ctx: ServiceContext,
  all: readonly StoredSeries[],
  { curves, hidden, newest, maxPoints, question, state }: Question,
): Promise<RunMetricsView> {
  const parts = curves.flatMap((curve, index) =>
    curve.map((one) => ({
      curve: index,
      seriesId: one.id,
      offset: one.offset,
      before: replacedFrom(one, all),
    })),
  )
  const read = await readCurves(ctx, parts, maxPoints)
  const held = new Map<number, Held>()
  const series: MetricSeriesView[] = []
  curves.forEach((curve, index) => {
    const points = read.get(index) ?? []
    const [{ key, axis } = { key: '', axis: 'step' as const }] = curve
    const growing = curve.find(({ attemptNumber }) => attemptNumber === newest)
    if (growing) held.set(growing.id, { last: lastOf(points) - growing.offset, count: points.length })
    if (points.length > 0) series.push({ key, axis, points })
  })
  return { cursor: encodeCursor({ question, state, held }), whole: true, series, hidden }
}

/** The first curves by axis and key, each with its series of every attempt, and the number of further curves. */
function toCurves(asked: readonly StoredSeries[]): Pick<Question, 'curves' | 'hidden'> {
  const curves = [...groupBy(asked, ({ axis, key }) => `${axis === 'step' ? 0 : 1} ${key}`)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, curve]) => curve)
  return { curves: curves.slice(0, seriesLimit), hidden: Math.max(0, curves.length - seriesLimit) }
}

const lastOf = (points: readonly Point[]): number => points.at(-1)?.[0] ?? -1
