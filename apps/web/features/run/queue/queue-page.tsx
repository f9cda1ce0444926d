'use client'

import { EmptyState, Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { plural } from '../../../lib/format'
import { Loaded } from '../../../lib/loaded'
import { useTRPC } from '../../../lib/trpc'
import { useMay } from '../../../lib/use-may'
import { Page } from '../../shell/page'
import { QueueRow } from './queue-row'

/** The queued runs in their order, each with the reason why it waits. */
export function QueuePage() {
  const trpc = useTRPC()
  const may = useMay()
  const queue = useQuery(trpc.run.queue.queryOptions({ limit: 200 }))
  return (
    <Page
      crumbs={[{ name: 'Runs', href: '/runs' }, { name: 'Queue' }]}
      title="Queue"
      lead="Runs that wait for an agent. Higher priority starts first; with equal priority, experiments take turns. A run that no agent can take does not block the others."
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
                <p className="text-sm text-ink-3">and {plural(total - runs.length, 'more run')}</p>
              ) : null}
            </>
          ) : (
            <EmptyState title="No queued runs">
              Runs appear here while they wait for an agent. A new run starts at once if an agent is free.
            </EmptyState>
          )
        }
      </Loaded>
    </Page>
  )
}
