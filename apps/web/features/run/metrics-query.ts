import type { AppRouter } from '@palate/api'
import type { QueryClient } from '@tanstack/react-query'
import type { TRPCClient } from '@trpc/client'
import { type Metrics, mergeMetrics } from './metric-points'

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
