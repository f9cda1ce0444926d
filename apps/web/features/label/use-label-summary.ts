'use client'

import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc'
import { startOfDay } from './start-of-day'

/** The progress of labeling; "today" is the day of the person who looks at it. */
export function useLabelSummary() {
  const trpc = useTRPC()
  return useQuery(trpc.label.summary.queryOptions({ dayStart: startOfDay(new Date()).toISOString() }))
}
