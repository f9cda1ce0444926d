'use client'

import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTRPCClient } from '../../lib/trpc'
import { appendPoints, lastStep, type MetricSeries } from './metric-points'

/** Enough for two values a pixel on a wide chart. */
const maxPoints = 1200

const keyOf = (runId: string, attempt: number) => ['run-metrics', runId, attempt] as const

/**
 * A run's curves. The first call reads them whole; each later one asks only for what came after the last step it
 * has. A new attempt starts over, as it may replace the end of the one before.
 */
export function useMetrics(run: { id: string; status: string; attempts: readonly { number: number }[] }) {
  const client = useTRPCClient()
  const queryClient = useQueryClient()
  const attempt = run.attempts.at(-1)?.number ?? 0
  const moving = run.status === 'running' || run.status === 'canceling'
  return useQuery({
    queryKey: [...keyOf(run.id, attempt), moving],
    queryFn: async (): Promise<MetricSeries[]> => {
      const known = moving ? knownSeries(queryClient, run.id, attempt) : undefined
      const afterStep = lastStep(known)
      const fresh = await client.run.metrics.query({ runId: run.id, afterStep, maxPoints })
      return appendPoints(known, fresh)
    },
    // The last word on a finished run is read whole once; while it moves, the tail is read in step with it.
    refetchInterval: moving ? 2000 : false,
    placeholderData: () => knownSeries(queryClient, run.id, attempt),
    staleTime: moving ? 0 : Number.POSITIVE_INFINITY,
  })
}

function knownSeries(queryClient: QueryClient, runId: string, attempt: number): MetricSeries[] | undefined {
  return queryClient.getQueryData<MetricSeries[]>([...keyOf(runId, attempt), true])
}
