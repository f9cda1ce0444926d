'use client'

import { Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { Loaded } from '../../lib/loaded'
import { useTRPC } from '../../lib/trpc'
import { isMoving } from '../run/run-status'
import type { Run } from '../run/types'
import { ProofRows } from './proof-rows'
import { ProofTotals } from './proof-totals'

/** What a run trains on, proved before it began. */
export function RunProof({ run }: { run: Run }) {
  const trpc = useTRPC()
  const proof = useQuery(
    trpc.run.proof.queryOptions(
      { id: run.id },
      { refetchInterval: ({ state }) => (isMoving(run.status) && !state.data ? 2000 : false) },
    ),
  )
  return (
    <Loaded query={proof} skeleton={<Skeleton className="h-80" />}>
      {(found) =>
        found ? (
          <div className="flex flex-col gap-4">
            <ProofTotals proof={found} />
            <ProofRows runId={run.id} rows={found.rows} />
          </div>
        ) : (
          <p className="py-10 text-center text-ink-2">
            {isMoving(run.status)
              ? 'The proof appears when the trainer has read its data, before the first step.'
              : 'This run ended before it had read its data.'}
          </p>
        )
      }
    </Loaded>
  )
}
