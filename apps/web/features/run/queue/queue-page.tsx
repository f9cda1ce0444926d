'use client'

import { EmptyState, Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { plural } from '../../../lib/format'
import { Loaded } from '../../../lib/loaded'
import { useTRPC } from '../../../lib/trpc'
import { useMay } from '../../../lib/use-may'
import { Page } from '../../shell/page'
import { QueueRow } from './queue-row'

/** All that waits, in the order in which it is taken, and why. */
export function QueuePage() {
  const trpc = useTRPC()
  const may = useMay()
  const queue = useQuery(trpc.run.queue.queryOptions({ limit: 200 }, { refetchInterval: 5000 }))
  return (
    <Page
      crumbs={[{ name: 'Training', href: '/runs' }, { name: 'Queue' }]}
      title="Queue"
      lead="Higher priority goes first; within it, experiments take turns. A run that nobody can take lets the others pass."
    >
      <Loaded query={queue} skeleton={<Skeleton className="h-56" />}>
        {({ runs, total }) =>
          runs.length > 0 ? (
            <>
              <ol className="flex flex-col gap-3">
                {runs.map((run) => (
                  <QueueRow
                    key={run.id}
                    run={run}
                    mayMove={may('run:create')}
                    mayCancel={may('run:cancel')}
                  />
                ))}
              </ol>
              {total > runs.length ? (
                <p className="text-sm text-ink-3">
                  and {plural(total - runs.length, 'more run')} after these
                </p>
              ) : null}
            </>
          ) : (
            <EmptyState title="Nothing waits">
              A run that is ordered now starts at once, if an agent can take it.
            </EmptyState>
          )
        }
      </Loaded>
    </Page>
  )
}
