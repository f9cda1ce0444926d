import { Tag, type Tone } from '@palate/ui'
import { formatCount, formatTimeLeft } from '../../lib/format'
import type { Outputs } from '../../lib/trpc'

export type Run = Outputs['run']['get']

const tones: Record<string, Tone> = {
  queued: 'plain',
  preparing: 'plain',
  waiting: 'plain',
  running: 'accent',
  generating: 'accent',
  scoring: 'accent',
  importing: 'accent',
  canceling: 'warn',
  finished: 'good',
  ready: 'good',
  failed: 'bad',
  lost: 'warn',
  canceled: 'plain',
}

const moving = new Set(['running', 'generating', 'scoring', 'importing', 'canceling', 'preparing'])

/** Whether a run, batch, import or evaluation with this status still changes. */
export const isMoving = (status: string) => moving.has(status) || status === 'queued' || status === 'waiting'

export function StatusTag({ status, children }: { status: string; children?: string }) {
  return (
    <Tag tone={tones[status] ?? 'plain'} live={moving.has(status)}>
      {children ?? status}
    </Tag>
  )
}

/** The progress of a run: "training · step 236 of 390 · about 4 min left". Empty before its first step. */
export function RunProgress({ run }: { run: Pick<Run, 'progress' | 'status'> }) {
  if (!run.progress) return null
  const { stage, step, totalSteps } = run.progress
  const left = timeLeft(run)
  return (
    <span className="num">
      {stage}
      {totalSteps > 0 ? ` · step ${formatCount(step)} of ${formatCount(totalSteps)}` : ''}
      {left ? ` · ${left}` : ''}
    </span>
  )
}

/** "about 4 min left" of a run that is being worked on, once its speed is known. */
export function timeLeft({ progress, status }: Pick<Run, 'progress' | 'status'>): string | null {
  if (status !== 'running' || !progress || progress.secondsLeft === null) return null
  return formatTimeLeft(progress.secondsLeft)
}

/** Where and why a finished run ended before its last step. */
export function describeStop({ step, totalSteps, reason }: NonNullable<Run['stopped']>): string {
  const steps = `at step ${formatCount(step)} of ${formatCount(totalSteps)}`
  return reason === 'request'
    ? `stopped early ${steps}`
    : `ended ${steps}, as the held-out loss no longer fell`
}

/** The status of a run: a running one that somebody asked to stop and keep its model is stopping. */
export function RunStatusTag({ run }: { run: Pick<Run, 'status' | 'stopRequestedAt' | 'stopped'> }) {
  if (run.status === 'running' && run.stopRequestedAt)
    return (
      <Tag tone="warn" live>
        stopping
      </Tag>
    )
  if (run.status === 'finished' && run.stopped?.reason === 'request')
    return <StatusTag status="finished">stopped early</StatusTag>
  return <StatusTag status={run.status} />
}

/** How long agents have worked on a run, without the time in which it waited between two attempts. */
export function workedMs(
  { attempts, finishedAt }: Pick<Run, 'attempts' | 'finishedAt'>,
  now: number,
): number {
  return attempts.reduce((sum, { startedAt, endedAt }) => {
    const end = endedAt ?? finishedAt ?? now
    return sum + new Date(end).getTime() - new Date(startedAt).getTime()
  }, 0)
}

const kindNames: Record<string, string> = {
  pretrain: 'starter model',
  sft: 'fine-tuning',
  dpo: 'preference training',
  kto: 'training on thumbs',
  import: 'import of a model',
  generate: 'answers',
  probe: 'probe',
}

/** The name of a run's kind. */
export const kindName = (kind: string) => kindNames[kind] ?? kind
