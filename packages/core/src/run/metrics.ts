import { sql } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { groupBy } from '../group-by'
import { authorize } from '../permission'
import { findOwnRun } from './get'
import { type MetricSeriesView, RunMetricsInput } from './schemas'

/**
 * A run's curves, at most `maxPoints` a series: where there are more, the least and the greatest value of each
 * bucket of steps, and the newest point. Computed in SQL, the same answer each time. Where an attempt resumed, it
 * wins from its first step on over the ones before; what the machine says of itself counts its steps in seconds since
 * the attempt began, and says nothing about where a training resumed.
 */
export async function getRunMetrics(ctx: ServiceContext, raw: RunMetricsInput): Promise<MetricSeriesView[]> {
  authorize(ctx, 'run:read')
  const { runId, keys, afterStep = -1, maxPoints } = RunMetricsInput.parse(raw)
  await findOwnRun(ctx, runId)
  const buckets = Math.floor((maxPoints - 1) / 2)
  const rows = await ctx.db.execute<{ key: string; step: number; value: number }>(sql`
    with series as (
      select s.id, s.key, a.number, s.key like 'system/%' as by_clock,
        (select p.step from metric_point p where p.series_id = s.id order by p.step limit 1) as first_step
      from metric_series s join attempt a on a.id = s.attempt_id
      where s.run_id = ${runId} and s.workspace_id = ${ctx.workspaceId}
    ), attempts as (
      select number, by_clock, min(min(first_step)) over (
        partition by by_clock order by number rows between 1 following and unbounded following
      ) as next_step
      from series group by number, by_clock
    ), points as (
      select s.key, p.step, p.value
      from series s join attempts a using (number, by_clock) join metric_point p on p.series_id = s.id
      where p.step > ${afterStep} and (a.next_step is null or p.step < a.next_step)
        ${keys ? sql`and s.key = any(${sql.param(keys)}::text[])` : sql``}
    ), extents as (
      select key, count(*) as n, min(step)::bigint as low, max(step)::bigint as high from points group by key
    ), bucketed as (
      select key,
        min(array[value, step]) as least,
        max(array[value, -step]) as greatest,
        max(array[step, value]) as newest,
        bool_or(high = step) as is_last
      from points join extents using (key)
      group by key, case when n > ${maxPoints} then (step - low) * ${buckets} / (high - low + 1) else step end
    )
    select key, least[2]::int as step, least[1] as value from bucketed
    union select key, (-greatest[2])::int, greatest[1] from bucketed
    union select key, newest[1]::int, newest[2] from bucketed where is_last
    order by key, step, value`)
  const series = groupBy(rows, ({ key }) => key)
  return [...series].map(([key, points]) => ({
    key,
    points: points.map(({ step, value }) => [Number(step), Number(value)]),
  }))
}
