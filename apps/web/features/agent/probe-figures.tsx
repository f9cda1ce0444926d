'use client'

import { formatAgo, formatBytes, formatFlops } from '../../lib/format'
import { useNow } from '../../lib/use-now'
import type { Agent } from './types'

type Probe = NonNullable<Agent['probe']>

/** The results of the last probe run; nothing if the machine was never measured. */
export function ProbeFigures({ probe }: { probe: Probe | null }) {
  const now = useNow(60_000)
  if (!probe) return null
  const figures = describeProbe(probe)
  return (
    <section className="flex flex-col gap-1.5 rounded-md bg-sunk px-3.5 py-2.5">
      <h3 className="flex justify-between gap-3 text-xs text-ink-3">
        <span>Measured</span>
        <span className="num">{formatAgo(new Date(probe.at), now)}</span>
      </h3>
      <dl className="num grid grid-cols-2 gap-x-4 gap-y-1 text-xs sm:grid-cols-3">
        {figures.map(([name, text]) => (
          <div key={name} className="flex flex-col">
            <dt className="text-ink-3">{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

const rate = (bytes: number) => `${formatBytes(bytes)}/s`

/** Values that were not measured are left out. */
function describeProbe(probe: Probe): [name: string, text: string][] {
  const { flopsPerSecond, precision, memoryBytesPerSecond } = probe
  const { diskWriteBytesPerSecond, diskReadBytesPerSecond, hubRoundTripMs, hubBytesPerSecond } = probe
  const text: [string, string | null][] = [
    [
      'Matrix multiplication',
      flopsPerSecond && `${formatFlops(flopsPerSecond)}${precision ? `, ${precision}` : ''}`,
    ],
    ['Memory', memoryBytesPerSecond && rate(memoryBytesPerSecond)],
    ['Disk write', diskWriteBytesPerSecond && rate(diskWriteBytesPerSecond)],
    ['Disk read', diskReadBytesPerSecond && rate(diskReadBytesPerSecond)],
    ['Download from hub', hubBytesPerSecond && rate(hubBytesPerSecond)],
    ['Hub round trip', hubRoundTripMs === null ? null : `${Math.max(1, Math.round(hubRoundTripMs))} ms`],
  ].map(([name, value]) => [String(name), value ? String(value) : null])
  return text.flatMap(([name, value]) => (value ? [[name, value] as [string, string]] : []))
}
