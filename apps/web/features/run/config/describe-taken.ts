import { z } from 'zod'
import type { Run } from '../run-status'

const Text = z.string().optional().catch(undefined)
const Environment = z.object({
  ...{ device: Text, precision: Text, precisionReason: Text },
  ...{ memoryPlan: Text, attention: Text, attentionReason: Text },
})

/** What the trainer of the newest attempt decided by itself, and why. Empty until it has started. */
export function describeTaken({ attempts }: Pick<Run, 'attempts'>): { label: string; value: string }[] {
  const last = attempts.at(-1)
  if (!last) return []
  const begun = Environment.parse(last.environment)
  const precision = last.summary?.precision ?? begun.precision
  const stayed = precision === begun.precision
  const figures = {
    Device: last.summary?.device ?? begun.device,
    Precision: precision && [precision, ...(stayed ? [begun.precisionReason ?? []].flat() : [])].join(': '),
    'Memory plan': last.summary?.memoryPlan ?? begun.memoryPlan,
    Attention: describeAttention(last.summary?.attention ?? begun.attention, begun.attentionReason),
  }
  return Object.entries(figures).flatMap(([label, value]) => (value ? [{ label, value }] : []))
}

/** A fallback that costs speed says so. */
function describeAttention(kind: string | undefined, reason: string | undefined): string | undefined {
  return kind && reason ? `${kind}, slower than this device allows: ${reason}` : kind
}
