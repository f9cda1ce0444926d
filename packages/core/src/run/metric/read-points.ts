import { sql } from 'drizzle-orm'
import type { ServiceContext } from '../../context'
import { arrayText } from '../events/points'
import type { StoredSeries } from './cursor'

type Reader = Pick<ServiceContext, 'db' | 'workspaceId'>
export type Point = [position: number, value: number]

/** All series of a run with points, of every attempt, sorted by attempt, axis and key. */
export async function readSeries({ db, workspaceId }: Reader, runId: string): Promise<StoredSeries[]> {
  const rows = await db.execute<{ [Field in keyof StoredSeries]: StoredSeries[Field] }>(sql`
    select s.id, s.key, s.axis, s.rewrites, a.number as "attemptNumber", first.position as first,
      case s.axis when 'seconds' then floor(extract(epoch from a.started_at - (
        select min(started_at) from attempt where run_id = ${runId}
      )))::int else 0 end as "offset"
    from metric_series s
    join attempt a on a.id = s.attempt_id
    cross join lateral (
      select p.position from metric_point p where p.series_id = s.id order by p.position limit 1
    ) first
    where s.run_id = ${runId} and s.workspace_id = ${workspaceId}
    order by a.number, s.axis desc, s.key`)
  return [...rows]
}

/** The part of a stored series that belongs to a curve: its points before a position. */
export interface CurvePart {
  curve: number
  seriesId: number
  offset: number
  before: number
}

/**
 * Whole curves of at most `maxPoints` points. A longer curve is reduced to the lowest and the highest value of each
 * bucket of positions, and the newest point. The result is deterministic.
 */
export async function readCurves(
  { db }: Reader,
  parts: readonly CurvePart[],
  maxPoints: number,
): Promise<Map<number, Point[]>> {
  const buckets = Math.floor((maxPoints - 1) / 2)
  const column = (name: keyof CurvePart) => arrayText(parts.map((part) => part[name]))
  const rows = await db.execute<{ curve: number; position: number; value: number }>(sql`
    with part as (
      select * from unnest(
        ${column('curve')}::int[], ${column('seriesId')}::int[], ${column('offset')}::int[], ${column('before')}::int8[]
      ) as part (curve, series_id, shift, before)
    ), points as (
      select part.curve, p.position::int8 + part.shift as position, p.value
      from part join metric_point p on p.series_id = part.series_id and p.position < part.before
    ), extents as (
      select curve, count(*) as n, min(position) as low, max(position) as high from points group by curve
    ), bucketed as (
      select curve,
        min(array[value, position]) as least,
        max(array[value, -position]) as greatest,
        max(array[position, value]) as newest,
        bool_or(high = position) as is_last
      from points join extents using (curve)
      group by curve,
        case when n > ${maxPoints} then (position - low) * ${buckets} / (high - low + 1) else position end
    )
    select curve, least[2]::int8 as position, least[1] as value from bucketed
    union select curve, (-greatest[2])::int8, greatest[1] from bucketed
    union select curve, newest[1]::int8, newest[2] from bucketed where is_last
    order by curve, position, value`)
  return gather([...rows].map(({ curve, position, value }) => [curve, Number(position), value]))
}

/** The points of each series after a position, at most `limit`. */
export async function readTails(
  { db }: Reader,
  tails: readonly { seriesId: number; after: number; limit: number }[],
): Promise<Map<number, Point[]>> {
  if (tails.length === 0) return new Map()
  const column = (name: 'seriesId' | 'after' | 'limit') => arrayText(tails.map((tail) => tail[name]))
  const rows = await db.execute<{ id: number; position: number; value: number }>(sql`
    select tail.series_id as id, p.position, p.value
    from unnest(${column('seriesId')}::int[], ${column('after')}::int8[], ${column('limit')}::int[])
      as tail (series_id, after, most)
    cross join lateral (
      select position, value from metric_point
      where series_id = tail.series_id and position > tail.after order by position limit tail.most
    ) p
    order by id, p.position`)
  return gather([...rows].map(({ id, position, value }) => [id, position, value]))
}

function gather(rows: readonly (readonly [group: number, position: number, value: number])[]) {
  const groups = new Map<number, Point[]>()
  for (const [group, position, value] of rows) {
    const points = groups.get(group)
    if (points) points.push([position, value])
    else groups.set(group, [[position, value]])
  }
  return groups
}
