'use client'

import { Button, cn, EmptyState, Kbd, Progress, Skeleton, Tag } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { formatCount, plural } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { Page } from '../shell/page'
import { HelpDialog } from './help-dialog'
import { PairView } from './pair-view'
import { RulesButton } from './rules-button'
import { useLabelQueue } from './use-label-queue'

/** One pair after the other, blind, by key or by touch. */
export function LabelSession() {
  const { queue, judge, skip, undo } = useLabelQueue()
  const [help, setHelp] = useState(false)
  return (
    <Page
      guided={false}
      crumbs={[{ name: 'Labels', href: '/labels' }, { name: 'Session' }]}
      bar={<SessionBar onHelp={() => setHelp(true)} />}
    >
      <Loaded query={queue} skeleton={<SessionSkeleton />}>
        {([pair]) =>
          pair ? (
            <PairView
              key={pair.pairId}
              pair={pair}
              onJudge={judge}
              onSkip={skip}
              onUndo={undo}
              onHelp={() => setHelp(true)}
            />
          ) : (
            <NoPair onUndo={undo} onChanged={() => queue.refetch()} isLooking={queue.isFetching} />
          )
        }
      </Loaded>
      <HelpDialog open={help} onOpenChange={setHelp} />
    </Page>
  )
}

function SessionBar({ onHelp }: { onHelp: () => void }) {
  const trpc = useTRPC()
  const summary = useQuery(trpc.label.summary.queryOptions())
  const overview = useQuery(trpc.overview.get.queryOptions())
  const router = useRouter()
  const may = useMay()
  const data = summary.data
  // Somebody on the way through the loop has seen what judging is like; a team that labels is left in peace.
  const { next, stations = [] } = overview.data ?? {}
  const allWritten = stations.some(({ key, state }) => key === 'variants' && state === 'done')
  const isEnough = may('label:rule') && allWritten && next?.key === 'labels' && (data?.mine ?? 0) > 0
  const judged = data ? data.pairs - data.open : 0
  return (
    <>
      <Tag className="max-md:hidden">blind</Tag>
      {isEnough ? <RulesButton onJudged={() => router.push('/labels')} /> : null}
      {data ? (
        <>
          <span
            className={cn('num whitespace-nowrap text-ink-2', isEnough && 'max-sm:hidden')}
            aria-live="polite"
          >
            {formatCount(data.mineToday)} today
          </span>
          <Progress
            value={data.pairs > 0 ? judged / data.pairs : 0}
            label="Pairs decided"
            tone="accent"
            className="w-32 max-sm:hidden"
          />
          <span className="num whitespace-nowrap text-ink-2 max-sm:hidden">
            {formatCount(data.open)} open
          </span>
        </>
      ) : null}
      <Button look="quiet" size="icon" onClick={onHelp} aria-label="Keys" className="max-sm:hidden">
        <Kbd>?</Kbd>
      </Button>
    </>
  )
}

function NoPair({
  onUndo,
  onChanged,
  isLooking,
}: {
  onUndo: () => void
  onChanged: () => void
  isLooking: boolean
}) {
  const trpc = useTRPC()
  const summary = useQuery(trpc.label.summary.queryOptions())
  const none = summary.data?.pairs === 0
  return (
    <EmptyState
      title={none ? 'There is nothing to judge yet' : 'Every pair you can judge has your vote'}
      action={
        <>
          <Button asChild look="primary">
            <Link href={none ? '/variants' : '/labels'}>{none ? 'Make variants' : 'Back to labels'}</Link>
          </Button>
          <Button busy={isLooking} onClick={onChanged}>
            Look for more
          </Button>
          {none ? null : (
            <Button look="quiet" onClick={onUndo}>
              Undo the last vote
            </Button>
          )}
        </>
      }
    >
      {none
        ? 'Pairs appear when a batch of variants has been written.'
        : `Thank you. ${summary.data ? `You have judged ${plural(summary.data.mine, 'pair')}.` : ''}`}
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
