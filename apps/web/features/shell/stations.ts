'use client'

import { useQuery } from '@tanstack/react-query'
import {
  ChartNoAxesColumn,
  ChefHat,
  Database,
  type LucideIcon,
  MessagesSquare,
  Rocket,
  SlidersHorizontal,
  Tags,
  UtensilsCrossed,
} from 'lucide-react'
import { useTRPC } from '../../lib/trpc'

/** The pages of the loop in their order, for the navigation. */
export const stations = [
  { id: 'datasets', name: 'Datasets', href: '/datasets', icon: Database },
  { id: 'personas', name: 'Personas', href: '/personas', icon: ChefHat },
  { id: 'variants', name: 'Variants', href: '/variants', icon: UtensilsCrossed },
  { id: 'labels', name: 'Labels', href: '/labels', icon: Tags },
  { id: 'runs', name: 'Runs', href: '/runs', icon: SlidersHorizontal },
  { id: 'evaluations', name: 'Evaluations', href: '/evaluations', icon: ChartNoAxesColumn },
  { id: 'models', name: 'Models', href: '/models', icon: Rocket },
  { id: 'chat', name: 'Chat', href: '/chat', icon: MessagesSquare },
] as const satisfies readonly { id: string; name: string; href: string; icon: LucideIcon }[]

/** Whether `path` lies within the page at `href`. */
export const isWithin = (path: string, href: string) =>
  href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`)

/** The stations with their state and count; without them while the overview loads. */
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

/** The number of online agents; undefined while loading. */
export function useAgentsOnline(): number | undefined {
  const trpc = useTRPC()
  const agents = useQuery(trpc.agent.list.queryOptions())
  return agents.data?.filter((agent) => agent.status === 'online').length
}
