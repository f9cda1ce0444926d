import type { RunProgress } from '@palate/db'
import type { ProgressView } from '../schemas'

type Report = Pick<RunProgress, 'stage' | 'step' | 'totalSteps'>

/** Marks lie at least a fiftieth of the steps apart, and the last eleven stay: they span the last fifth of the steps. */
const markSpacing = 1 / 50
const markCount = 11

/**
 * A run's progress after one more report at `at`, in milliseconds of the agent's clock. A new stage, and a step that is
 * not beyond the last one (the run resumed from a checkpoint), start the measurement again.
 */
export function advanceProgress(before: RunProgress | null, report: Report, at: number): RunProgress {
  const { stage, step, totalSteps } = report
  const goesOn = before !== null && before.stage === stage && before.totalSteps === totalSteps
  const marks = goesOn && step > before.step ? before.marks : []
  const last = marks.at(-1)
  const isDue = !last || step - last.step >= totalSteps * markSpacing
  return { stage, step, totalSteps, at, marks: isDue ? [...marks, { step, at }].slice(-markCount) : marks }
}

/** The same progress without a known speed: an attempt has begun, and the pause before it counts for nothing. */
export const forgetSpeed = (before: RunProgress): RunProgress => ({ ...before, marks: [] })

/** The time that the remaining steps take at the speed of the last part of the steps. */
export function estimateSecondsLeft({ step, totalSteps, at, marks }: RunProgress): number | null {
  const first = marks.find((mark) => mark.step < step && mark.at < at)
  if (!first || totalSteps === 0) return null
  const msPerStep = (at - first.at) / (step - first.step)
  return (msPerStep * Math.max(0, totalSteps - step)) / 1000
}

export function toProgressView(progress: RunProgress | null): ProgressView | null {
  if (!progress) return null
  const { stage, step, totalSteps } = progress
  return { stage, step, totalSteps, secondsLeft: estimateSecondsLeft(progress) }
}
