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
