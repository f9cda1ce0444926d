'use client'

import type { AppRouter } from '@palate/api'
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import type { TRPCClient } from '@trpc/client'
import { type Outputs, useTRPCClient } from '../../../lib/trpc'

export type Metrics = Outputs['run']['metrics']
export type MetricSeries = Metrics['series'][number]

/** A run's curves, which grow while it trains: see `lib/live-queries.ts`. */
export function useMetrics(runId: string) {
  return useQuery(metricsQuery(useTRPCClient(), useQueryClient(), runId))
}

/** Enough for two values a pixel on a wide chart. */
const maxPoints = 1200

/**
 * A query for a run's curves. The first request reads them whole; each later one asks only for what came after the
 * answer in the cache, by its cursor. The key is tRPC's, so a notice about the run's metrics finds it.
 */
export function metricsQuery(client: TRPCClient<AppRouter>, queryClient: QueryClient, runId: string) {
  const queryKey = [['run', 'metrics'], { input: { runId }, type: 'query' }] as const
  return {
    queryKey,
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Metrics> => {
      const known = queryClient.getQueryData<Metrics>(queryKey)
      const answer = await client.run.metrics.query({ runId, after: known?.cursor, maxPoints }, { signal })
      return mergeMetrics(known, answer)
    },
    // It changes when a notice says so, and not by getting old. Unchanged series keep their identity by themselves.
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  }
}

/** What a reader knows once it has an answer: a whole answer as it is, or what it knew with the new points added. */
export function mergeMetrics(known: Metrics | undefined, answer: Metrics): Metrics {
  if (!known || answer.whole) return answer
  const merged = new Map(known.series.map((series) => [nameOf(series), series]))
  for (const fresh of answer.series) {
    const before = merged.get(nameOf(fresh))
    merged.set(nameOf(fresh), before ? { ...before, points: [...before.points, ...fresh.points] } : fresh)
  }
  return { ...answer, series: [...merged.values()] }
}

/** The same key along another axis is another series. */
const nameOf = ({ axis, key }: MetricSeries) => `${axis} ${key}`

/** The range that charts of one axis share, so that what happened together stands at the same place in each. */
export function rangeOf(series: readonly MetricSeries[], end = 0): [number, number] | undefined {
  const ends = series.flatMap(({ points }) => [points[0]?.[0] ?? [], points.at(-1)?.[0] ?? []].flat())
  return ends.length > 0 ? [Math.min(...ends), Math.max(end, ...ends)] : undefined
}
