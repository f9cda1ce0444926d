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
import { describeBasis, describeMemoryPlan, describePrecision } from './describe'
import { MemoryBar } from './memory-bar'

type Facts = Outputs['run']['estimateFacts']
type Agent = Facts['agents'][number]
type Work = NonNullable<ReturnType<typeof describeWork>>

/** The resource estimate for the settings in the form: memory and time on each agent. */
export function EstimatePanel({
  kind,
  config,
  baseModelVersionId,
  base,
  baseShape,
}: {
  kind: EstimateKind
  config: Readonly<Record<string, unknown>>
  /** The model of the registry that is chosen; the default without one. */
  baseModelVersionId?: string | undefined
  /** An external model, and its shape if the user entered it. */
  base?: ModelSource | undefined
  baseShape?: ModelShape | undefined
}) {
  const trpc = useTRPC()
  const facts = useQuery(
    trpc.run.estimateFacts.queryOptions({ kind, baseModelVersionId, base }, { staleTime: 30_000 }),
  )
  return (
    <section aria-label="Resource estimate" className="rounded-md border border-line bg-paper px-3.5 py-3">
      <Loaded query={facts} skeleton={<Skeleton className="h-16" />}>
        {(known) => (
          <Estimate
            kind={kind}
            config={config}
            facts={{ ...known, shape: baseShape ?? known.shape }}
            isExternal={base !== undefined}
          />
        )}
      </Loaded>
    </section>
  )
}

function Estimate({
  kind,
  config,
  facts,
  isExternal,
}: {
  kind: EstimateKind
  config: Readonly<Record<string, unknown>>
  facts: Facts
  isExternal: boolean
}) {
  const work = describeWork(kind, config, facts.shape, facts.rows)
  if (!work)
    return (
      <p className="text-sm text-ink-2">
        {isExternal
          ? 'No estimate: the shape of this model is unknown. Paste its config.json, or start a first run.'
          : 'No estimate: the shape of the base model is unknown.'}
      </p>
    )
  if (facts.agents.length === 0)
    return (
      <p className="text-sm text-ink-2">
        No estimate: no agent that can take this run has reported its hardware.
      </p>
    )
  return (
    <ul className="flex flex-col gap-3">
      {facts.agents.map((agent) => (
        <AgentEstimate key={agent.id} agent={agent} work={work} rowsFrom={facts.rowsFrom} />
      ))}
    </ul>
  )
}

function AgentEstimate({ agent, work, rowsFrom }: { agent: Agent; work: Work; rowsFrom: Facts['rowsFrom'] }) {
  const { device, price } = agent
  const estimate = estimateResources(work.shape, work.settings, work.wish, work.data, device)
  const hours = estimate.seconds === null ? null : estimate.seconds / 3600
  return (
    <li className="flex flex-col gap-1.5 text-sm">
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <span className="flex min-w-0 items-center gap-2">
          <b className="font-medium">{agent.name}</b>
          <Tag tone={estimate.fits ? 'good' : 'bad'}>{estimate.fits ? 'fits' : 'does not fit'}</Tag>
          {agent.online ? null : <Tag>offline</Tag>}
        </span>
        <span className="num font-medium">
          {estimate.seconds === null ? 'time unknown' : `about ${formatDuration(estimate.seconds * 1000)}`}
          {price && hours !== null ? ` · ${formatMoney({ ...price, amount: price.amount * hours })}` : ''}
        </span>
      </div>
      <MemoryBar memory={estimate.memory} capacity={device.memoryBytes} />
      <p className="num text-xs text-ink-3">
        {formatBytes(estimate.memory.total)} of {formatBytes(device.memoryBytes)} ·{' '}
        {formatParameters(estimate.parameters)} parameters, {formatParameters(estimate.trainable)} trained ·{' '}
        {describePrecision(estimate.memoryPlan, work.wish.precision, device.kind)} ·{' '}
        {describeMemoryPlan(estimate.memoryPlan)} · {describeBasis(estimate, device, work.data !== null)}
        {rowsFrom === 'text' && estimate.seconds !== null ? ', tokens estimated from text length' : ''}
      </p>
    </li>
  )
}
