'use client'

import { Button, Card, Confirm, Dot, EmptyState, Skeleton, Tag } from '@palate/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { formatAgo, formatBytes, plural } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { useNow } from '../../lib/use-now'
import { kindName } from '../run/run-kind'
import { Page } from '../shell/page'
import { EnrolDialog } from './enrol-dialog'
import { AgentPrice } from './price-field'

type Agent = Outputs['agent']['list'][number]

export function AgentsPage() {
  const trpc = useTRPC()
  const may = useMay()
  const agents = useQuery(trpc.agent.list.queryOptions(undefined, { refetchInterval: 10_000 }))
  const mayWrite = may('agent:write')
  return (
    <Page
      crumbs={[{ name: 'Agents' }]}
      title="Agents"
      lead="A daemon on each machine that trains and serves. It dials out to Palate; nothing dials in."
      actions={mayWrite ? <EnrolDialog /> : null}
    >
      <Loaded query={agents} skeleton={<Skeleton className="h-40" />}>
        {(list) =>
          list.length > 0 ? (
            <ul className="grid gap-4 lg:grid-cols-2">
              {list.map((agent) => (
                <AgentCard key={agent.id} agent={agent} mayWrite={mayWrite} mayPrice={may('agent:price')} />
              ))}
            </ul>
          ) : (
            <EmptyState title="No agent yet">
              Runs wait until one is enrolled. Palate starts a local one by itself with its first start.
            </EmptyState>
          )
        }
      </Loaded>
    </Page>
  )
}

const tones = { online: 'good', offline: 'plain', revoked: 'bad' } as const

function AgentCard({ agent, mayWrite, mayPrice }: { agent: Agent; mayWrite: boolean; mayPrice: boolean }) {
  const now = useNow(5000)
  const { status, hardware, currentRun } = agent
  return (
    <li>
      <Card className="flex h-full flex-col gap-3 px-5 py-4.5">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <h2 className="title text-xl">{agent.name}</h2>
          <Tag tone={tones[status]} live={status === 'online'}>
            {status}
          </Tag>
        </div>
        {hardware ? (
          <HardwareList hardware={hardware} price={<AgentPrice agent={agent} mayWrite={mayPrice} />} />
        ) : (
          <p className="text-ink-3">It has not said what it runs on yet.</p>
        )}
        <div className="flex flex-wrap items-center gap-1.5">
          {agent.kinds.map((kind) => (
            <Tag key={kind}>{kindName(kind)}</Tag>
          ))}
          {agent.serving ? <Tag tone="good">serves the chat</Tag> : null}
        </div>
        <div className="mt-auto flex flex-wrap items-center justify-between gap-3 text-sm text-ink-2">
          {currentRun ? (
            <Link
              href={`/training/${currentRun.id}`}
              className="inline-flex items-center gap-2 text-accent hover:underline"
            >
              <Dot live /> Run {currentRun.number} · {currentRun.name}
            </Link>
          ) : (
            <span>
              {status === 'online'
                ? 'idle'
                : agent.lastSeenAt
                  ? `last seen ${formatAgo(agent.lastSeenAt, now)}`
                  : 'never seen'}
            </span>
          )}
          {mayWrite && status !== 'revoked' ? <Revoke agent={agent} /> : null}
        </div>
      </Card>
    </li>
  )
}

function HardwareList({ hardware, price }: { hardware: NonNullable<Agent['hardware']>; price: ReactNode }) {
  const { hostname, cpuModel, cpuCores, memoryBytes, gpus } = hardware
  return (
    <dl className="num grid grid-cols-[72px_1fr] gap-x-3 gap-y-1 text-sm">
      <dt className="text-ink-3">Host</dt>
      <dd className="truncate font-mono text-xs leading-5">{hostname}</dd>
      <dt className="text-ink-3">CPU</dt>
      <dd>
        {cpuModel}, {plural(cpuCores, 'core')}
      </dd>
      <dt className="text-ink-3">Memory</dt>
      <dd>{formatBytes(memoryBytes)}</dd>
      <dt className="text-ink-3">GPU</dt>
      <dd>
        {gpus.length > 0
          ? gpus.map((gpu) => `${gpu.name}, ${formatBytes(gpu.memoryBytes)}`).join(' · ')
          : 'none: it works on the CPU'}
      </dd>
      <dt className="self-center text-ink-3">Price</dt>
      <dd>{price}</dd>
    </dl>
  )
}

function Revoke({ agent }: { agent: Agent }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const revoke = useMutation(
    trpc.agent.revoke.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.agent.pathFilter()),
    }),
  )
  return (
    <Confirm
      trigger={
        <Button size="sm" look="quiet" busy={revoke.isPending}>
          Revoke
        </Button>
      }
      title={`Revoke ${agent.name}?`}
      description="Its credential stops working at once. What it is running is given to another agent."
      action="Revoke"
      onConfirm={() => revoke.mutate({ id: agent.id })}
    />
  )
}
