'use client'

import { ErrorState } from '@palate/ui'
import type { ReactNode } from 'react'
import { describeError } from './error'
import { useOutage } from './use-outage'

type QueryState<Data> = {
  data: Data | undefined
  error: { message: string; data?: { httpStatus?: number } | null } | null
  refetch: () => unknown
}

type DataOf<Queries> = {
  [Name in keyof Queries]: Queries[Name] extends QueryState<infer Data> ? Data : never
}

/** Several queries as one: an outage that they share is one error, and a retry asks again for those that failed. */
export function joinQueries<Queries extends Record<string, QueryState<unknown>>>(
  queries: Queries,
): QueryState<DataOf<Queries>> {
  const all = Object.entries(queries)
  const lacking = all.filter(([, { data }]) => data === undefined).map(([, query]) => query)
  return {
    data:
      lacking.length === 0
        ? (Object.fromEntries(all.map(([name, { data }]) => [name, data])) as DataOf<Queries>)
        : undefined,
    error: lacking.find(({ error }) => error)?.error ?? null,
    refetch: () => Promise.all(lacking.filter(({ error }) => error).map((query) => query.refetch())),
  }
}

/** Shows a query: a skeleton while it loads, its error with a retry button, or its data. */
export function Loaded<Data>({
  query,
  skeleton,
  page = false,
  children,
}: {
  query: QueryState<Data>
  skeleton: ReactNode
  /** Whether it is all of a page: then its error has the page's heading. */
  page?: boolean
  children: (data: Data) => ReactNode
}) {
  if (query.data !== undefined) return children(query.data)
  if (query.error)
    return <Failed heading={page ? 'h1' : 'h2'} error={query.error} onRetry={() => query.refetch()} />
  return (
    <div aria-busy="true">
      <span role="status" className="sr-only">
        Loading
      </span>
      {skeleton}
    </div>
  )
}

/** In an outage it says what is away, as a page that the server could not render does, and goes on by itself. */
function Failed({
  heading,
  error,
  onRetry,
}: {
  heading: 'h1' | 'h2'
  error: NonNullable<QueryState<unknown>['error']>
  onRetry: () => unknown
}) {
  const outage = useOutage(onRetry)
  return (
    <ErrorState
      heading={heading}
      {...(outage ? { title: 'Palate is waiting' } : {})}
      message={outage ?? describeError(error)}
      onRetry={mayPass(error) ? onRetry : undefined}
    />
  )
}

/** Whether a second try may have another result: not when something does not exist or is not allowed. */
function mayPass(error: { data?: { httpStatus?: number } | null }): boolean {
  const status = error.data?.httpStatus ?? 500
  return status >= 500 || status === 408 || status === 429
}
