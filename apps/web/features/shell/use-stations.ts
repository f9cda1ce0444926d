'use client'

import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc'
import { stations } from './stations'

/** The loop's pages with the state and the count that the overview reads; bare while it is loading. */
export function useStations() {
  const trpc = useTRPC()
  const overview = useQuery(trpc.overview.get.queryOptions())
  return stations
    .filter((station) => station.id !== 'chat')
    .map((station) => {
      const known = overview.data?.stations.find((one) => one.key === station.id)
      return { ...station, state: known?.state ?? 'waiting', count: known?.count ?? null }
    })
}
