'use client'

import { Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc'

export function WorkspaceName() {
  const trpc = useTRPC()
  const me = useQuery(trpc.session.me.queryOptions())
  if (!me.data) return <Skeleton className="mb-3 h-9" />
  return (
    <p
      className="mb-3 truncate rounded-md border border-line bg-card px-2.5 py-1.5 font-medium"
      title="Workspace"
    >
      {me.data.workspace.name}
    </p>
  )
}
