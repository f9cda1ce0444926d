'use client'

import { Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { Loaded } from '../../../lib/loaded'
import { useTRPC } from '../../../lib/trpc'
import { isMoving, type Run } from '../run-status'
import { PreflightRows } from './preflight-rows'
import { PreflightTotals } from './preflight-totals'

/** The preflight of a run: checks of its training data before the first step. */
export function RunPreflight({ run }: { run: Run }) {
  const trpc = useTRPC()
  const preflight = useQuery(trpc.run.preflight.queryOptions({ id: run.id }))
  return (
    <Loaded query={preflight} skeleton={<Skeleton className="h-80" />}>
      {(found) =>
        found ? (
          <div className="flex flex-col gap-4">
            <PreflightTotals preflight={found} />
            <PreflightRows runId={run.id} rows={found.rows} />
          </div>
        ) : (
          <p className="py-10 text-center text-ink-2">
            {isMoving(run.status)
              ? 'The preflight appears here when the trainer has read its data, before the first step.'
              : 'This run has no preflight: it ended before it read its data.'}
          </p>
        )
      }
    </Loaded>
  )
}
