'use client'

import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
  Skeleton,
} from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { LogOut, Monitor, Moon, Sun } from 'lucide-react'
import { useTheme } from 'next-themes'
import { useTRPC } from '../../lib/trpc'

const themes = [
  { id: 'light', name: 'Light', icon: Sun },
  { id: 'dark', name: 'Dark', icon: Moon },
  { id: 'system', name: 'System', icon: Monitor },
] as const

async function signOutHere(): Promise<void> {
  const { signOut } = await import('next-auth/react')
  await signOut({ callbackUrl: '/sign-in' })
}

/** The signed-in user, the theme, and sign-out. */
export function UserMenu() {
  const trpc = useTRPC()
  const me = useQuery(trpc.session.me.queryOptions())
  const { setTheme } = useTheme()
  if (!me.data) return <Skeleton className="h-9 w-full" />
  const { user, role } = me.data
  return (
    <DropdownMenu>
      <DropdownMenuTrigger className="flex w-full items-center gap-2.5 rounded-md px-2 py-1.5 text-left hover:bg-sunk">
        <span className="grid size-6.5 shrink-0 place-items-center rounded-full bg-sunk text-xs font-semibold text-ink-2">
          {user.name.slice(0, 1).toUpperCase()}
        </span>
        <span className="min-w-0 truncate font-medium">{user.name}</span>
        <span className="ml-auto text-xs text-ink-3">{role}</span>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" side="top" className="w-52">
        <DropdownMenuLabel className="truncate">{user.email}</DropdownMenuLabel>
        <DropdownMenuSeparator />
        {themes.map(({ id, name, icon: Icon }) => (
          <DropdownMenuItem key={id} onSelect={() => setTheme(id)}>
            <Icon aria-hidden /> {name}
          </DropdownMenuItem>
        ))}
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={signOutHere}>
          <LogOut aria-hidden /> Sign out
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  )
}
