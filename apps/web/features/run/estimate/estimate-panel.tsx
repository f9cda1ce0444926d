'use client'

import {
  describeWork,
  type EstimateKind,
  estimateResources,
  type ModelShape,
  type ModelSource,
} from '@palate/protocol'
import { Skeleton, Tag } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { formatBytes, formatDuration, formatMoney, formatParameters } from '../../../lib/format'
import { Loaded } from '../../../lib/loaded'
import { type Outputs, useTRPC } from '../../../lib/trpc'
import { describeBasis, describeMemoryPlan } from './describe'
import { MemoryBar } from './memory-bar'

type Facts = Outputs['run']['estimateFacts']
type Agent = Facts['agents'][number]
type Work = NonNullable<ReturnType<typeof describeWork>>

/** Whether a run would fit on each agent, and how long it would take, as the settings stand in the form. */
export function EstimatePanel({
  kind,
  config,
  base,
  baseShape,
}: {
  kind: EstimateKind
  config: Readonly<Record<string, unknown>>
  /** An external model, and its shape where it was typed in. */
  base?: ModelSource | undefined
  baseShape?: ModelShape | undefined
}) {
  const trpc = useTRPC()
  const facts = useQuery(trpc.run.estimateFacts.queryOptions({ kind, base }, { staleTime: 30_000 }))
  return (
    <section aria-label="Fit and time" className="rounded-md border border-line bg-paper px-3.5 py-3">
      <Loaded query={facts} skeleton={<Skeleton className="h-16" />}>
        {(known) => (
          <Fit
            kind={kind}
            config={config}
            facts={{ ...known, shape: baseShape ?? known.shape }}
            elsewhere={base !== undefined}
          />
        )}
      </Loaded>
    </section>
  )
}

function Fit({
  kind,
  config,
  facts,
  elsewhere,
}: {
  kind: EstimateKind
  config: Readonly<Record<string, unknown>>
  facts: Facts
  elsewhere: boolean
}) {
  const work = describeWork(kind, config, facts.shape, facts.rows)
  if (!work)
    return (
      <p className="text-sm text-ink-2">
        {elsewhere
          ? 'No run on this model has told its shape yet: nothing can be estimated without its config.json.'
          : 'The base model does not tell its shape, so nothing can be estimated.'}
      </p>
    )
  if (facts.agents.length === 0)
    return <p className="text-sm text-ink-2">No agent that can do this has told what it runs on yet.</p>
  return (
    <div className="flex flex-col gap-3">
      <ul className="flex flex-col gap-3">
        {facts.agents.map((agent) => (
          <AgentEstimate key={agent.id} agent={agent} work={work} rowsFrom={facts.rowsFrom} />
        ))}
      </ul>
    </div>
  )
}

function AgentEstimate({ agent, work, rowsFrom }: { agent: Agent; work: Work; rowsFrom: Facts['rowsFrom'] }) {
  const { device, price } = agent
  const fit = estimateResources(work.shape, work.settings, work.wish, work.data, device)
  const hours = fit.seconds === null ? null : fit.seconds / 3600
  return (
    <li className="flex flex-col gap-1.5 text-sm">
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <span className="flex min-w-0 items-center gap-2">
          <b className="font-medium">{agent.name}</b>
          <Tag tone={fit.fits ? 'good' : 'bad'}>{fit.fits ? 'fits' : 'does not fit'}</Tag>
          {agent.online ? null : <Tag>offline</Tag>}
        </span>
        <span className="num font-medium">
          {fit.seconds === null ? 'time unknown' : `about ${formatDuration(fit.seconds * 1000)}`}
          {price && hours !== null ? ` · ${formatMoney({ ...price, amount: price.amount * hours })}` : ''}
        </span>
      </div>
      <MemoryBar memory={fit.memory} capacity={device.memoryBytes} />
      <p className="num text-xs text-ink-3">
        {formatBytes(fit.memory.total)} of {formatBytes(device.memoryBytes)} ·{' '}
        {formatParameters(fit.parameters)} parameters, {formatParameters(fit.trainable)} trained ·{' '}
        {describeMemoryPlan(fit.memoryPlan)} · {describeBasis(fit, device, work.data !== null)}
        {rowsFrom === 'text' && fit.seconds !== null ? ', tokens guessed from the length of the texts' : ''}
      </p>
    </li>
  )
}
