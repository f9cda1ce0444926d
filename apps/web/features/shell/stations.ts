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
    .map((station) => ({ ...station, ...placeOf(overview.data?.stations ?? [], station.id) }))
}

/** The state, the count and the number of a station, as the overview has them; without a number while it loads. */
export function placeOf(
  all: readonly { key: string; state: string; count: number | null }[],
  id: string,
): { state: string; count: number | null; position: number | null } {
  const index = all.findIndex(({ key }) => key === id)
  const { state = 'waiting', count = null } = all[index] ?? {}
  return { state, count, position: index < 0 ? null : index + 1 }
}

/** The number of online agents; undefined while loading. */
export function useAgentsOnline(): number | undefined {
  const trpc = useTRPC()
  const agents = useQuery(trpc.agent.list.queryOptions())
  return agents.data?.filter((agent) => agent.status === 'online').length
}
