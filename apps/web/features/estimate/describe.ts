import { findPeakFlops, type MemoryPlan, type ResourceEstimate } from '@palate/protocol'
import { formatCount } from '../../lib/format'

const precisions = { fp32: 'float32', bf16: 'bf16', nf4: 'NF4' } as const

/** How the engine would lay a step out. */
export function describeMemoryPlan({ precision, microTokens, checkpointing }: MemoryPlan): string {
  const way = checkpointing ? ', gradient checkpointing' : ''
  return `${precisions[precision]}, ${formatCount(microTokens)} tokens a micro-batch${way}`
}

/** What the time rests on, or why none can be told. */
export function describeBasis(
  { basis }: Pick<ResourceEstimate, 'basis'>,
  device: { kind: string; name: string; measured: { runNumber: number } | null },
  knowsData: boolean,
): string {
  if (!knowsData) return 'no time yet: there is no data to measure it by'
  if (basis === 'measured') return `from the speed of run ${device.measured?.runNumber}`
  if (basis === 'probe') return 'from what the probe of this machine measured'
  if (basis === 'peak') return `from a third of the peak of ${device.name}`
  if (device.kind === 'cuda' && findPeakFlops(device.name) === null)
    return `the peak of ${device.name} is not known: a first run will tell the time`
  return 'a first run on this model will tell the time'
}

/** "3.21 B" */
export function formatParameters(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(2)} B`
  if (count >= 1e6) return `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)} M`
  return formatCount(count)
}

/** An amount of money in its currency; small ones keep the digits that say something. */
export function formatMoney({ amount, currency }: { amount: number; currency: string }): string {
  const digits = amount > 0 && amount < 0.1 ? 4 : 2
  return new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(amount)
}
