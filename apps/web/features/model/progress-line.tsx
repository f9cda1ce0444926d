import { formatCount } from '../../lib/format'
import type { Outputs } from '../../lib/trpc'

type Run = Outputs['run']['list'][number]

/** What an import does now, by the stage that its agent reports. */
const stages: Readonly<Record<string, string>> = {
  inputs: 'Starts',
  download: 'Downloads, in MB',
  unpack: 'Unpacks the upload',
  quantize: 'Converts the weights, by tensor',
  convert: 'Converts the weights',
  parity: 'Compares training and serving, by conversation',
}

export function ProgressLine({ run: { progress } }: { run: Run }) {
  if (!progress) return <>Starts</>
  const { stage, step, totalSteps } = progress
  return (
    <span className="num">
      {stages[stage] ?? stage}
      {totalSteps > 0 ? `: ${formatCount(step)} of ${formatCount(totalSteps)}` : ''}
    </span>
  )
}
