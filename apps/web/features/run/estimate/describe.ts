import { findPeakFlops, type MemoryPlan, type ResourceEstimate } from '@palate/protocol'
import { formatCount } from '../../../lib/format'

const precisions = { fp32: 'float32', bf16: 'bf16', nf4: 'NF4' } as const

/** How the trainer fits a step into memory: "bf16, 4,096 tokens a micro-batch, gradient checkpointing". */
export function describeMemoryPlan({ precision, microTokens, checkpointing }: MemoryPlan): string {
  const suffix = checkpointing ? ', gradient checkpointing' : ''
  return `${precisions[precision]}, ${formatCount(microTokens)} tokens a micro-batch${suffix}`
}

/** What the estimated time is based on, or why there is no estimate. */
export function describeBasis(
  { basis }: Pick<ResourceEstimate, 'basis'>,
  device: { kind: string; name: string; measured: { runNumber: number } | null },
  hasData: boolean,
): string {
  if (!hasData) return 'no time estimate: there is no training data yet'
  if (basis === 'measured') return `based on the speed of run ${device.measured?.runNumber}`
  if (basis === 'probe') return 'based on the measured speed of this machine'
  if (basis === 'peak') return `based on a third of the peak speed of ${device.name}`
  if (device.kind === 'cuda' && findPeakFlops(device.name) === null)
    return `the peak speed of ${device.name} is unknown; a first run gives a time estimate`
  return 'a first run on this model gives a time estimate'
}
