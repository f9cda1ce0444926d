'use client'

import { cn } from '@palate/ui'
import { Check, Cpu, House, MessagesSquare, Settings } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'
import { formatCount } from '../../lib/format'
import { SearchButton } from './search-button'
import { isWithin, useAgentsOnline, useStations } from './stations'

/** The main navigation: the stations of the loop, each with its state and count, then the workspace. */
export function Nav({ onNavigate }: { onNavigate?: () => void }) {
  const stations = useStations()
  const online = useAgentsOnline()
  return (
    <nav aria-label="Main" className="flex flex-col gap-0.5">
      <SearchButton onOpen={onNavigate} />
      <NavLink href="/" onClick={onNavigate} icon={<House className="size-4 text-ink-3" aria-hidden />}>
        Overview
      </NavLink>
      <h3 className="px-2 pt-4 pb-1.5 text-xs font-medium text-ink-3">The loop</h3>
      <div className="relative flex flex-col gap-0.5 before:absolute before:top-4.5 before:bottom-4.5 before:left-[16.5px] before:w-[1.5px] before:bg-line">
        {stations.map((station) => (
          <NavLink
            key={station.id}
            href={station.href}
            onClick={onNavigate}
            count={station.count === null ? undefined : formatCount(station.count)}
            icon={<StationMark state={station.state} position={station.position} />}
          >
            {station.name}
          </NavLink>
        ))}
      </div>
      <h3 className="px-2 pt-4 pb-1.5 text-xs font-medium text-ink-3">Workspace</h3>
      <NavLink
        href="/agents"
        onClick={onNavigate}
        icon={<Cpu className="size-4 text-ink-3" aria-hidden />}
        count={
          online === undefined ? undefined : (
            <span className={online > 0 ? 'text-good' : undefined}>
              {online > 0 ? `● ${online}` : 'none online'}
            </span>
          )
        }
      >
        Agents
      </NavLink>
      <NavLink
        href="/settings"
        onClick={onNavigate}
        icon={<Settings className="size-4 text-ink-3" aria-hidden />}
      >
        Settings
      </NavLink>
      <NavLink
        href="/chat"
        onClick={onNavigate}
        icon={<MessagesSquare className="size-4 text-ink-3" aria-hidden />}
      >
        Public chat
      </NavLink>
    </nav>
  )
}

function NavLink({
  href,
  icon,
  count,
  onClick,
  children,
}: {
  href: string
  icon: ReactNode
  count?: ReactNode
  onClick?: () => void
  children: ReactNode
}) {
  const here = isWithin(usePathname(), href)
  return (
    <Link
      href={href}
      onClick={onClick}
      aria-current={here ? 'page' : undefined}
      className={cn(
        'relative flex items-center gap-2.5 rounded-md px-2 py-1.5 font-medium text-ink-2 transition-colors hover:bg-sunk hover:text-ink',
        here && 'bg-sunk text-ink',
      )}
    >
      <span className="z-1 grid w-4.5 place-items-center">{icon}</span>
      {children}
      {count === undefined ? null : <span className="num ml-auto text-xs text-ink-3">{count}</span>}
    </Link>
  )
}

const marks: Record<string, string> = {
  done: 'border-good bg-good-soft text-good',
  live: 'border-accent bg-paper text-accent shadow-[0_0_0_3px_var(--accent-soft)]',
  next: 'border-ink bg-paper text-ink',
}

function StationMark({ state, position }: { state: string; position: number | null }) {
  return (
    <span
      title={state}
      className={cn(
        'grid size-4.5 place-items-center rounded-full border-[1.5px] border-line-strong bg-paper text-[10px] leading-none font-semibold text-ink-3',
        marks[state],
      )}
    >
      {state === 'done' ? <Check className="size-3" strokeWidth={3} aria-hidden /> : position}
    </span>
  )
}
