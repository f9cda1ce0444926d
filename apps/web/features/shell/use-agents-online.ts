'use client'

import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc'

/** How many agents are connected; undefined until it is known. */
export function useAgentsOnline(): number | undefined {
  const trpc = useTRPC()
  const agents = useQuery(trpc.agent.list.queryOptions())
  return agents.data?.filter((agent) => agent.status === 'online').length
}
