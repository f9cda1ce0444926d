import type { ReactNode } from 'react'
import { formatBytes, plural } from '../../lib/format'
import { GaugeBar } from './gauge'
import { type Gauge, gpuGauges, hostGauges } from './gauge-figures'
import { SlotLink } from './slots'
import type { Agent, Sample } from './types'

/** The machine part by part: what it is, what runs there, and how it is doing now. */
export function AgentGauges({ agent, sample }: { agent: Agent; sample: Sample | null }) {
  const { hardware, slots, status } = agent
  if (!hardware) return <p className="text-sm text-ink-3">It has not said what it runs on yet.</p>
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
