import { formatCount } from '../../lib/format'

/** Where a run stands: "training, step 236 of 390". Empty before its first step. */
export function RunProgress({
  run,
}: {
  run: { progress: { stage: string; step: number; totalSteps: number } | null }
}) {
  if (!run.progress) return null
  const { stage, step, totalSteps } = run.progress
  return (
    <span className="num">
      {stage}
      {totalSteps > 0 ? ` · step ${formatCount(step)} of ${formatCount(totalSteps)}` : ''}
    </span>
  )
}
