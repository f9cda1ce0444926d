'use client'

import { Button, buttonStyles, Card, EmptyState, Skeleton } from '@palate/ui'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Suspense } from 'react'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC, useTRPCClient } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { SettingsNav } from '../settings/settings-nav'
import { Page } from '../shell/page'
import { EntryTable } from './entry-table'
import { FilterBar } from './filter-bar'
import { Keep } from './keep'
import { type Filter, toInput, toQuery, useFilter } from './use-filter'

type Setting = Outputs['auditLog']['setting']

/** Settings → Audit log. */
export function AuditPage() {
  const trpc = useTRPC()
  const setting = useQuery(trpc.auditLog.setting.queryOptions())
  return (
    <Page
      crumbs={[{ name: 'Settings', href: '/settings' }, { name: 'Audit log' }]}
      title="Audit log"
      lead="Who did what in this workspace, when and from where. Entries cannot be changed."
    >
      <SettingsNav />
      <Loaded query={setting} skeleton={<Skeleton className="h-96" />} page>
        {(loaded) => (
          <Suspense>
            <Log setting={loaded} />
          </Suspense>
        )}
      </Loaded>
    </Page>
  )
}

function Log({ setting }: { setting: Setting }) {
  const { filter, setFilter } = useFilter()
  const may = useMay()
  return (
    <>
      <FilterBar filter={filter} setFilter={setFilter} setting={setting} />
      <div className="flex flex-wrap items-start justify-between gap-4">
        <Export filter={filter} />
        {may('workspace:own') ? <Keep days={setting.days} /> : null}
      </div>
      <Entries filter={filter} />
    </>
  )
}

/** Links, so that the browser stores the file while it comes. */
function Export({ filter }: { filter: Filter }) {
  const session = useQuery(useTRPC().session.me.queryOptions())
  const workspace = session.data?.workspace.id
  if (!workspace) return null
  const { from, to, ...rest } = toInput(filter)
  const query = toQuery({ ...rest, from: from?.toISOString(), to: to?.toISOString(), workspace })
  return (
    <p className="flex flex-wrap gap-2">
      {(['csv', 'jsonl'] as const).map((format) => (
        <a key={format} className={buttonStyles()} href={`/api/audit?${query}&format=${format}`} download>
          Export as {format === 'csv' ? 'CSV' : 'JSON Lines'}
        </a>
      ))}
    </p>
  )
}

function Entries({ filter }: { filter: Filter }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const input = toInput(filter)
  // Not trpc's own infinite options: they add a `direction` that the strict input of the procedure rejects.
  const pages = useInfiniteQuery({
    queryKey: [...trpc.auditLog.list.queryKey(input), 'pages'],
    queryFn: ({ pageParam }) => client.auditLog.list.query({ ...input, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ after }) => after ?? undefined,
  })
  return (
    <Loaded query={pages} skeleton={<Skeleton className="h-80" />}>
      {({ pages: loaded }) => {
        const entries = loaded.flatMap((page) => page.entries)
        if (entries.length === 0)
          return (
            <EmptyState title="Nothing was done that fits">Choose other filters, or show all.</EmptyState>
          )
        return (
          <>
            <Card>
              <EntryTable entries={entries} />
            </Card>
            {pages.hasNextPage ? (
              <Button
                className="self-center"
                busy={pages.isFetchingNextPage}
                onClick={() => void pages.fetchNextPage()}
              >
                Show older entries
              </Button>
            ) : null}
          </>
        )
      }}
    </Loaded>
  )
}
