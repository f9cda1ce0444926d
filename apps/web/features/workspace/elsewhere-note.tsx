'use client'

import { Button } from '@palate/ui'
import { skipToken, useQuery } from '@tanstack/react-query'
import { usePathname } from 'next/navigation'
import { useTRPC } from '../../lib/trpc'
import { switchWorkspace } from '../../lib/workspace-choice'

/** The id of what a page shows, in its path: `/runs/run_4f…`. */
const named = /^\/\w+\/((?:run|dver|persona|batch|eval|model)_\w+)/

/** A link into another workspace of the user: says so, and goes there. */
export function ElsewhereNote() {
  const trpc = useTRPC()
  const pathname = usePathname()
  const me = useQuery(trpc.session.me.queryOptions())
  const id = named.exec(pathname)?.[1]
  const several = (me.data?.workspaces.length ?? 0) > 1
  const place = useQuery(
    trpc.workspace.locate.queryOptions(id && several ? { id } : skipToken, { staleTime: 60_000 }),
  )
  if (!id || !me.data || !place.data || place.data.id === me.data.workspace.id) return null
  const { id: workspaceId, name } = place.data
  return (
    <div role="status" className="flex flex-wrap items-center gap-3 bg-accent-soft px-4 py-2 sm:px-6">
      <p className="min-w-0 flex-1 [overflow-wrap:anywhere]">
        What this link names is in your workspace <b className="font-semibold">{name}</b>, and you are in{' '}
        {me.data.workspace.name}.
      </p>
      <Button
        size="sm"
        look="primary"
        onClick={() => switchWorkspace(workspaceId, `${pathname}${window.location.search}`)}
      >
        Switch to {name}
      </Button>
    </div>
  )
}
