'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTRPCClient } from '../../lib/trpc'
import { metricsQuery } from './metrics-query'

/** A run's curves, which grow while it trains: see `lib/live-queries.ts`. */
export function useMetrics(runId: string) {
  return useQuery(metricsQuery(useTRPCClient(), useQueryClient(), runId))
}
