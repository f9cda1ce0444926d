'use client'

import { Button, Card, CardBody, CardHead, Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { NextStepButton } from '../next-step/next-step-button'
import { Page } from '../shell/page'
import { ActiveRun, NoRun } from './active-run'
import { Figures } from './figures'
import { LoopPath } from './loop-path'

type Overview = Outputs['overview']['get']

export function OverviewPage() {
  const trpc = useTRPC()
  const overview = useQuery(trpc.overview.get.queryOptions())
  return (
    <Loaded query={overview} skeleton={<OverviewSkeleton />}>
      {(data) => <OverviewView overview={data} />}
    </Loaded>
  )
}

function OverviewView({ overview }: { overview: Overview }) {
  const { stations, next, activeRun, figures, needs } = overview
  const done = stations.filter(({ state }) => state === 'done').length
  return (
    <Page
      crumbs={[{ name: 'Overview' }]}
      title={headline(done, stations.length)}
      lead={
        next
          ? next.hint
          : 'Every station is done. Cook with your model, look at what visitors thought, and judge more pairs.'
      }
      actions={
        next ? (
          <NextStepButton large />
        ) : (
          <Button asChild look="primary" size="lg">
            <Link href="/chat">Cook with your model</Link>
          </Button>
        )
      }
      guided={false}
    >
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

function headline(done: number, of: number): string {
  if (done === of) return 'The loop has closed'
  if (done <= 2) return 'Teaching a model your taste'
  return done >= of - 2 ? 'Nearly ready to serve' : 'Coming together'
}

function Needs({ needs }: { needs: Overview['needs'] }) {
  return (
    <Card>
      <CardHead title="What needs you" />
      <CardBody className="flex flex-col gap-3">
        {needs.length === 0 ? (
          <p className="text-ink-2">Nothing just now. The kitchen runs by itself.</p>
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
    <Page crumbs={[{ name: 'Overview' }]}>
      <Skeleton className="h-14 w-80 max-w-full" />
      <Skeleton className="h-36" />
      <Skeleton className="h-72" />
    </Page>
  )
}
