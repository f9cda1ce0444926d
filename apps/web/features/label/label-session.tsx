'use client'

import { Button, EmptyState, Kbd, Progress, Skeleton, Tag } from '@palate/ui'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { useState } from 'react'
import { formatCount, plural } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { Page } from '../shell/page'
import { HelpDialog } from './help-dialog'
import { useLabelQueue } from './use-label-queue'
import { useLabelSummary } from './use-label-summary'

const PairView = dynamic(() => import('./pair-view').then((module) => module.PairView), {
  loading: () => <SessionSkeleton />,
})

/** A label session: one pair at a time, blind, by key or touch. */
export function LabelSession() {
  const { queue, vote, skip, undo } = useLabelQueue()
  const [help, setHelp] = useState(false)
  return (
    <Page
      guided={false}
      crumbs={[{ name: 'Labels', href: '/labels' }, { name: 'Session' }]}
      bar={<SessionBar onHelp={() => setHelp(true)} />}
    >
      <Loaded page query={queue} skeleton={<SessionSkeleton />}>
        {([pair]) =>
          pair ? (
            <PairView
              key={pair.pairId}
              pair={pair}
              onVote={vote}
              onSkip={skip}
              onUndo={undo}
              onHelp={() => setHelp(true)}
            />
          ) : (
            <NoPair onUndo={undo} onChanged={() => queue.refetch()} isFetching={queue.isFetching} />
          )
        }
      </Loaded>
      <HelpDialog open={help} onOpenChange={setHelp} />
    </Page>
  )
}

function SessionBar({ onHelp }: { onHelp: () => void }) {
  const summary = useLabelSummary()
  const data = summary.data
  const labeled = data ? data.pairs - data.open : 0
  return (
    <>
      <Tag className="max-md:hidden">blind</Tag>
      {data ? (
        <>
          <span className="num whitespace-nowrap text-ink-2" aria-live="polite">
            {formatCount(data.mineToday)} today
          </span>
          <Progress
            value={data.pairs > 0 ? labeled / data.pairs : 0}
            label="Labeled pairs"
            tone="accent"
            className="w-32 max-sm:hidden"
          />
          <span className="num whitespace-nowrap text-ink-2 max-sm:hidden">
            {formatCount(data.open)} open
          </span>
        </>
      ) : null}
      <Button
        look="quiet"
        size="icon"
        onClick={onHelp}
        aria-label="Keyboard shortcuts"
        className="max-sm:hidden"
      >
        <Kbd aria-hidden>?</Kbd>
      </Button>
    </>
  )
}

function NoPair({
  onUndo,
  onChanged,
  isFetching,
}: {
  onUndo: () => void
  onChanged: () => void
  isFetching: boolean
}) {
  const summary = useLabelSummary()
  const none = summary.data?.pairs === 0
  return (
    <EmptyState
      heading="h1"
      title={none ? 'No pairs yet' : 'No pairs left to label'}
      action={
        <>
          <Button asChild look="primary">
            <Link href={none ? '/variants' : '/labels'}>{none ? 'Open variants' : 'Open labels'}</Link>
          </Button>
          <Button busy={isFetching} onClick={onChanged}>
            Check for new pairs
          </Button>
          {none ? null : (
            <Button look="quiet" onClick={onUndo}>
              Undo last vote or skip
            </Button>
          )}
        </>
      }
    >
      {none
        ? 'Pairs appear here when a batch of variants has answers. Create a batch under Variants.'
        : summary.data
          ? `You have labeled ${plural(summary.data.mine, 'pair')}. New pairs appear here when a batch has more answers.`
          : ''}
    </EmptyState>
  )
}

function SessionSkeleton() {
  return (
    <div className="flex flex-col gap-4">
      <Skeleton className="h-16 max-w-xl" />
      <div className="grid gap-4 md:grid-cols-2">
        <Skeleton className="h-[28rem]" />
        <Skeleton className="h-[28rem]" />
      </div>
    </div>
  )
}
