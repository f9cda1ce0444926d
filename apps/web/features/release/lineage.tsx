'use client'

import { Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { Loaded } from '../../lib/loaded'
import { useTRPC } from '../../lib/trpc'

/** What a model was made from, as far back as it goes. */
export function Lineage({ modelId }: { modelId: string }) {
  const trpc = useTRPC()
  const model = useQuery(trpc.model.get.queryOptions({ id: modelId }))
  return (
    <Loaded query={model} skeleton={<Skeleton className="h-24" />}>
      {({ lineage }) => <pre>{JSON.stringify(lineage)}</pre>}
    </Loaded>
  )
}
