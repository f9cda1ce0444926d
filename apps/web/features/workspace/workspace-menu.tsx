'use client'

import {
  Dialog,
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
  Skeleton,
} from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { Check, ChevronsUpDown, Plus, Users } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useTRPC } from '../../lib/trpc'
import { switchWorkspace } from '../../lib/workspace-choice'

const CreateWorkspaceContent = dynamic(
  () => import('./create-workspace').then((module) => module.CreateWorkspaceContent),
  { loading: () => null },
)

/** The workspace that the user works in, and the way to the others. */
export function WorkspaceMenu() {
  const trpc = useTRPC()
  const router = useRouter()
  const me = useQuery(trpc.session.me.queryOptions())
  const [creating, setCreating] = useState(false)
  if (!me.data) return <Skeleton className="mb-3 h-9" />
  const { workspace, workspaces } = me.data
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger
          aria-label={`Workspace ${workspace.name}`}
          className="mb-3 flex w-full items-center gap-2 rounded-md border border-line bg-card px-2.5 py-1.5 text-left font-medium hover:bg-sunk"
        >
          <span className="min-w-0 flex-1 truncate">{workspace.name}</span>
          <ChevronsUpDown className="size-4 shrink-0 text-ink-3" aria-hidden />
        </DropdownMenuTrigger>
        <DropdownMenuContent align="start" className="w-60">
          {workspaces.map(({ id, name, role }) => (
            <DropdownMenuItem key={id} onSelect={() => id !== workspace.id && switchWorkspace(id)}>
              <Check aria-hidden className={id === workspace.id ? undefined : 'invisible'} />
              <span className="min-w-0 flex-1 truncate">{name}</span>
              <span className="text-xs text-ink-3">{role}</span>
            </DropdownMenuItem>
          ))}
          <DropdownMenuSeparator />
          <DropdownMenuItem onSelect={() => router.push('/settings/members')}>
            <Users aria-hidden /> Members
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => setCreating(true)}>
            <Plus aria-hidden /> Create workspace
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <Dialog open={creating} onOpenChange={setCreating}>
        {creating ? <CreateWorkspaceContent /> : null}
      </Dialog>
    </>
  )
}
