'use client'

import { Button, Card, CardBody, CardHead, Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { NextStepButton, OtherStepButton } from '../next-step/next-step-button'
import { useNextStep } from '../next-step/use-next-step'
import { Page } from '../shell/page'
import { ActiveRun, NoRun } from './active-run'
import { Figures } from './figures'
import { LoopPath } from './loop-path'

type Overview = Outputs['overview']['get']

export function OverviewPage() {
  const trpc = useTRPC()
  const overview = useQuery(trpc.overview.get.queryOptions())
  if (overview.data) return <OverviewView overview={overview.data} />
  return (
    <Page crumbs={[{ name: 'Overview' }]} guided={false}>
      <Loaded page query={overview} skeleton={<OverviewSkeleton />}>
        {() => null}
      </Loaded>
    </Page>
  )
}

function OverviewView({ overview }: { overview: Overview }) {
  const { stations, next, guide, activeRun, figures, needs } = overview
  const step = useNextStep()
  const done = stations.filter((station) => station.done).length
  return (
    <Page
      crumbs={[{ name: 'Overview' }]}
      title={`${done} of ${stations.length} stations done`}
      lead={
        next
          ? (step?.doubt ?? next.hint)
          : 'Try the model in the chat, read the feedback, and label more pairs for the next run.'
      }
      actions={
        next ? (
          <>
            <NextStepButton large />
            {step?.other ? <OtherStepButton step={step.other} /> : null}
          </>
        ) : (
          <Button asChild look="primary" size="lg">
            <Link href="/chat">Open chat</Link>
          </Button>
        )
      }
      guided={false}
    >
      {guide || next?.other ? (
        <p className="max-w-2xl text-sm text-ink-2">
          {next?.other?.hint} {guide}
        </p>
      ) : null}
      <Card className="px-5 py-6 lg:px-2">
        <LoopPath stations={stations} />
      </Card>
      <div className="grid gap-4 xl:grid-cols-[1.5fr_1fr]">
        {activeRun ? <ActiveRun run={activeRun} /> : <NoRun />}
        <Needs needs={needs} />
      </div>
      {figures ? <Figures figures={figures} /> : null}
    </Page>
  )
}

function Needs({ needs }: { needs: Overview['needs'] }) {
  return (
    <Card>
      <CardHead title="Needs you" />
      <CardBody className="flex flex-col gap-3">
        {needs.length === 0 ? (
          <p className="text-ink-2">
            Nothing at the moment. Failed runs, offline agents and thumbs down appear here.
          </p>
        ) : null}
        {needs.map((need) => (
          <div key={need.title} className="flex items-center justify-between gap-4">
            <div className="min-w-0">
              <b className="font-medium">{need.title}</b>
              <p className="text-sm text-ink-3">{need.detail}</p>
            </div>
            <Button asChild>
              <Link href={need.href}>{need.action}</Link>
            </Button>
          </div>
        ))}
      </CardBody>
    </Card>
  )
}

function OverviewSkeleton() {
  return (
    <div className="flex flex-col gap-5">
      <Skeleton className="h-14 w-80 max-w-full" />
      <Skeleton className="h-36" />
      <Skeleton className="h-72" />
    </div>
  )
}
