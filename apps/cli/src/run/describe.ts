import { formatSeconds } from '../terminal/format'
import { green, type Piece, red, yellow } from '../terminal/styled'
import type { RunView } from './find'

/** The status with its color. */
export function colorStatus(status: RunView['status']): Piece {
  if (status === 'finished') return green(status)
  if (status === 'failed') return red(status)
  return status === 'queued' || status === 'running' ? status : yellow(status)
}

/** "training 40 of 120", "waits: no agent is online". */
export function describeState(run: RunView): string {
  const { status, progress, waitingBecause, stopRequestedAt } = run
  if (status === 'queued') return waitingBecause ? `waits: ${waitingBecause}` : 'waits in the queue'
  if (status === 'canceling') return 'is being canceled'
  if (status !== 'running') return status
  const step = progress ? ` ${progress.step} of ${progress.totalSteps}` : ''
  return `${stopRequestedAt ? 'stopping, ' : ''}${progress?.stage ?? 'starting'}${progress?.totalSteps ? step : ''}`
}

/** "3 min 20 s left" */
export const describeLeft = ({ status, progress }: RunView): string =>
  status === 'running' && progress?.secondsLeft != null ? `${formatSeconds(progress.secondsLeft)} left` : ''

/** How long it took. */
export function describeDuration({ startedAt, finishedAt }: RunView): string {
  if (!startedAt || !finishedAt) return ''
  return formatSeconds((finishedAt.getTime() - startedAt.getTime()) / 1000)
}

/** For a program: what a person sees, without what is of use inside Palate only. */
export function toRunData(run: RunView) {
  const { id, number, name, kind, status, progress, waitingBecause, failure, modelVersionId } = run
  const { createdAt, startedAt, finishedAt, results, stopped } = run
  const dates = { createdAt, startedAt, finishedAt }
  return {
    id,
    number,
    name,
    kind,
    status,
    progress,
    waitingBecause,
    failure,
    results,
    stopped,
    modelVersionId,
    ...dates,
  }
}
