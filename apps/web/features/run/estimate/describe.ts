import { type EstimateWish, findPeakFlops, type MemoryPlan, type ResourceEstimate } from '@palate/protocol'
import { formatCount } from '../../../lib/format'

const precisions = { fp32: 'float32', bf16: 'bf16', nf4: 'NF4' } as const

/** How the trainer fits a step into memory: "4,096 tokens a micro-batch, gradient checkpointing". */
export function describeMemoryPlan({ microTokens, checkpointing }: MemoryPlan): string {
  const suffix = checkpointing ? ', gradient checkpointing' : ''
  return `${formatCount(microTokens)} tokens a micro-batch${suffix}`
}

/** The precision that the estimate assumes, and why where it was left to the trainer. */
export function describePrecision(
  { precision }: Pick<MemoryPlan, 'precision'>,
  asked: EstimateWish['precision'],
  device: 'cuda' | 'cpu',
): string {
  const name = precisions[precision]
  if (asked !== 'auto') return `assumes ${name}, as set`
  if (device === 'cpu') return `assumes ${name}, which is faster on a CPU`
  if (precision === 'nf4') return `assumes ${name}, because memory is short`
  return `assumes ${name}, as on a GPU with bf16 instructions`
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
