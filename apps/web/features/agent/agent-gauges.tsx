import { cn, Dot, type Tone } from '@palate/ui'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { formatBytes, plural } from '../../lib/format'
import { type Gauge, gpuGauges, hostGauges } from './gauge-figures'
import type { Agent, Sample } from './types'

/** The hardware of an agent: each GPU and the host, with current runs and load. */
export function AgentGauges({ agent, sample }: { agent: Agent; sample: Sample | null }) {
  const { hardware, slots, status } = agent
  if (!hardware) return <p className="text-sm text-ink-3">The agent has not reported its hardware yet.</p>
  const { cpuModel, cpuCores, memoryBytes, gpus } = hardware
  const onCpu = slots.filter((slot) => slot.gpus.length === 0)
  return (
    <div className="flex flex-col gap-3.5">
      {gpus.map((gpu) => {
        const slot = slots.find((one) => one.gpus.includes(gpu.uuid))
        const live = sample?.gpus.find(({ uuid }) => uuid === gpu.uuid)
        return (
          <Part
            key={gpu.uuid}
            name={gpu.name}
            detail={formatBytes(gpu.memoryBytes)}
            aside={slot ? <SlotLink slot={slot} /> : status === 'online' ? 'free' : null}
            gauges={live ? gpuGauges(live) : []}
          />
        )
      })}
      <Part
        name={cpuModel}
        detail={`${plural(cpuCores, 'core')}, ${formatBytes(memoryBytes)}${gpus.length === 0 ? ', CPU only' : ''}`}
        aside={onCpu.map((slot) => <SlotLink key={slot.id} slot={slot} />)}
        gauges={sample ? hostGauges(sample) : []}
      />
    </div>
  )
}

function Part({
  name,
  detail,
  aside,
  gauges,
}: {
  name: string
  detail: string
  aside: ReactNode
  gauges: Gauge[]
}) {
  return (
    <section className="flex flex-col gap-1.5">
      <h3 className="flex flex-wrap items-baseline justify-between gap-x-3 text-sm">
        <span className="min-w-0">
          <span className="font-medium">{name}</span> <span className="num text-ink-3">{detail}</span>
        </span>
        <span className="num text-xs text-ink-3">{aside}</span>
      </h3>
      {gauges.length > 0 ? (
        <dl
          className={
            gauges.length > 3 ? 'grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-4' : 'grid grid-cols-3 gap-x-4'
          }
        >
          {gauges.map((gauge) => (
            <GaugeBar key={gauge.name} gauge={gauge} />
          ))}
        </dl>
      ) : null}
    </section>
  )
}

const fills: Record<Tone, string> = {
  plain: 'bg-ink-3',
  good: 'bg-good',
  warn: 'bg-warn',
  bad: 'bg-bad',
  accent: 'bg-series-2',
}

/** A name, its value as text, and a bar that shows the same value. */
function GaugeBar({ gauge }: { gauge: Gauge }) {
  const { name, share, text, tone } = gauge
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <dt className="text-2xs text-ink-3">{name}</dt>
      <dd className="num flex flex-col gap-1 text-xs">
        <span className={cn('text-balance', tone === 'bad' && 'text-bad', tone === 'warn' && 'text-warn')}>
          {text}
        </span>
        <span aria-hidden="true" className="block h-1 overflow-hidden rounded-full bg-line">
          {share === null ? null : (
            <span
              className={cn(
                'block h-full rounded-full transition-[width] duration-700 motion-reduce:transition-none',
                fills[tone],
              )}
              style={{ width: `${Math.min(100, Math.max(1, share * 100))}%` }}
            />
          )}
        </span>
      </dd>
    </div>
  )
}

/** A link to the run in a slot. */
function SlotLink({ slot }: { slot: Agent['slots'][number] }) {
  return (
    <Link href={`/runs/${slot.id}`} className="inline-flex items-center gap-1.5 text-accent hover:underline">
      <Dot live /> run {slot.number} · {slot.name}
    </Link>
  )
}
