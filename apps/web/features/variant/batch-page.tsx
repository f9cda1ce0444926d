'use client'

import { formatList } from '@palate/recipe'
import { Button, Card, CardBody, ErrorState, Skeleton } from '@palate/ui'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { formatDate, plural } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC, useTRPCClient } from '../../lib/trpc'
import { nameModel } from '../model/model-groups'
import { StatusTag } from '../run/run-status'
import { Page } from '../shell/page'
import { AnswerProgress } from './variants-page'

const PairCard = dynamic(() => import('./pair-card').then((module) => module.PairCard), {
  loading: () => <Skeleton className="h-11" />,
})

type Batch = Outputs['variant']['batch']

export function BatchPage({ id }: { id: string }) {
  const trpc = useTRPC()
  const batch = useQuery(trpc.variant.batch.queryOptions({ id }))
  const name = batch.data ? `Batch ${batch.data.number}` : 'Batch'
  return (
    <Page crumbs={[{ name: 'Variants', href: '/variants' }, { name }]}>
      <Loaded page query={batch} skeleton={<Skeleton className="h-64" />}>
        {(data) => <BatchView batch={data} />}
      </Loaded>
    </Page>
  )
}

function BatchView({ batch }: { batch: Batch }) {
  const { status, settings } = batch
  return (
    <>
      <header className="flex flex-wrap items-center justify-between gap-3">
        <div className="flex flex-wrap items-center gap-3">
          <h1 className="title text-2xl">Batch {batch.number}</h1>
          <StatusTag status={status} />
          <span className="num text-sm text-ink-3">{formatDate(batch.createdAt)}</span>
        </div>
        {batch.pairs > 0 ? (
          <Button asChild>
            <Link href="/labels/session">Label pairs</Link>
          </Button>
        ) : null}
      </header>
      {batch.error ? <ErrorState title="The batch failed" message={batch.error} /> : null}
      <Card>
        <CardBody className="flex flex-col gap-3">
          <AnswerProgress batch={batch} />
          <p className="num text-sm text-ink-2">
            {plural(batch.prompts, 'prompt')} · {plural(batch.pairs, 'pair')} · written by{' '}
            {formatList(batch.models.map(nameModel))} · full prompt at temperature {settings.full.temperature}
            , weak prompt at {settings.weak.temperature}
          </p>
          {batch.unreadable > 0 ? (
            <p className="text-sm text-ink-2">
              {settings.keepUnreadable
                ? `${plural(batch.unreadable, 'answer')} cannot be read: no recipe, the same words again and again, or words drawn nearly at random.`
                : `${plural(batch.unreadable, 'answer')} left out of the pairs: no recipe, the same words again and again, or words drawn nearly at random.`}
            </p>
          ) : null}
          {batch.run ? (
            <p className="text-sm text-ink-3">
              <Link href={`/runs/${batch.run.id}`} className="underline underline-offset-3 hover:text-ink">
                Run of this batch
              </Link>
              {batch.run.status === 'queued' ? ' (waits for an agent)' : null}
            </p>
          ) : null}
        </CardBody>
      </Card>
      <Pairs batch={batch} />
    </>
  )
}

function Pairs({ batch }: { batch: Batch }) {
  const batchId = batch.id
  const trpc = useTRPC()
  const client = useTRPCClient()
  // Not trpc's own infinite options: they add a `direction` that the strict input of the procedure rejects.
  const pairs = useInfiniteQuery({
    queryKey: [...trpc.variant.pairs.queryKey({ batchId }), 'pages'],
    queryFn: ({ pageParam }) => client.variant.pairs.query({ batchId, cursor: pageParam, limit: 10 }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  })
  return (
    <Loaded query={pairs} skeleton={<Skeleton className="h-64" />}>
      {({ pages }) => {
        const items = pages.flatMap((page) => page.items)
        if (items.length === 0)
          return (
            <p className="py-6 text-center text-ink-2">
              {batch.status === 'ready'
                ? 'No pair: the model wrote fewer than two readable answers to each prompt. Train it longer, or choose another model.'
                : 'No pairs yet. They appear here when their answers are written.'}
            </p>
          )
        return (
          <section aria-label="Pairs" className="flex flex-col gap-4">
            {items.map((pair) => (
              <PairCard key={pair.pairId} pair={pair} models={batch.models} />
            ))}
            {pairs.hasNextPage ? (
              <Button
                busy={pairs.isFetchingNextPage}
                onClick={() => pairs.fetchNextPage()}
                className="self-center"
              >
                Show more
              </Button>
            ) : null}
          </section>
        )
      }}
    </Loaded>
  )
}
