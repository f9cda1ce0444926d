import { formatBytes, formatCount, formatDate, plural } from '../../../lib/format'
import { runKinds } from '../form/run-kinds'
import type { Run } from '../run-status'

export interface RunChoices {
  stop: boolean
  cancel: boolean
  resume: boolean
  clone: boolean
}

const isTraining = ({ kind }: Pick<Run, 'kind'>) => runKinds.some((one) => one === kind)

/** The training step that a run has reached; null before its first one, and once it saves its model. */
function reachedStep({ progress }: Pick<Run, 'progress'>): { step: number; totalSteps: number } | null {
  return progress && progress.stage === 'training' && progress.step > 0 ? progress : null
}

/** What a user may do with a run now. */
export function choicesOf(
  run: Pick<Run, 'kind' | 'status' | 'progress' | 'stopRequestedAt' | 'resume'>,
  may: (scope: 'run:cancel' | 'run:create') => boolean,
): RunChoices {
  const { status, stopRequestedAt, resume } = run
  const trains = isTraining(run) && status === 'running' && reachedStep(run) !== null
  return {
    stop: trains && !stopRequestedAt && may('run:cancel'),
    cancel: (status === 'queued' || status === 'running') && may('run:cancel'),
    resume: resume?.possible === true && may('run:create'),
    clone: isTraining(run) && may('run:create'),
  }
}

/** What is lost when a run is canceled, and what is left of it, a sentence each. */
export function describeCancel(
  run: Pick<Run, 'kind' | 'status' | 'progress' | 'attempts' | 'keeping'>,
): string[] {
  if (run.status === 'queued')
    return run.attempts.length > 0
      ? ['It leaves the queue. While its checkpoint is kept, it can be resumed.']
      : ['It has not started. It leaves the queue.']
  const lost = 'It ends after its current step, and no model is saved. Metrics and logs stay.'
  const { keeping } = run
  if (!isTraining(run) || !keeping || !reachedStep(run)) return [lost]
  const days = Math.round(keeping.keepMs / 86_400_000)
  const time = days > 1 ? plural(days, 'day') : plural(Math.round(keeping.keepMs / 3_600_000), 'hour')
  return [
    lost,
    `The agent ${keeping.agentName} keeps its checkpoint for ${time} (up to ${formatBytes(keeping.budgetBytes)} of them in all). Until then it can be resumed.`,
  ]
}

/** What "Stop and keep" saves. Empty before the first step. */
export function describeKeep(run: Pick<Run, 'progress'>): string {
  const reached = reachedStep(run)
  if (!reached) return ''
  return `at about step ${formatCount(reached.step)} of ${formatCount(reached.totalSteps)}`
}

/** From where an ended run can be resumed, or why not. */
export function describeResume({ resume }: Pick<Run, 'resume'>): string | null {
  if (!resume) return null
  if (!resume.possible) return `It cannot be resumed. ${resume.because}`
  const { step, agentName, sizeBytes, keptUntil, online } = resume
  const wait = online ? '' : ` That agent is offline; the run would wait for it.`
  return `It can be resumed after step ${formatCount(step)}: the agent ${agentName} keeps its checkpoint (${formatBytes(sizeBytes)}) until ${formatDate(keptUntil)}.${wait}`
}
