import { DiskError, nameDiskError } from '@palate/config'
import type { RunFailure, RunKind, TrainerEvent } from '@palate/protocol'
import { inHome } from '../files/home'
import { PathEscape } from '../files/inside'
import { FinalError } from '../files/retry'
import type { ChildExit } from './process/child'
import { isOutOfMemory, outOfMemory } from './process/memory'
import { CheckpointGone } from './work/checkpoint'

export type RunEnd = Extract<TrainerEvent, { type: 'run-end' }>

export const failed = (error: RunFailure): RunEnd => ({
  type: 'run-end',
  status: 'failed',
  results: {},
  error,
})
export const canceled = (): RunEnd => ({ type: 'run-end', status: 'canceled', results: {}, error: null })

/** Why a trainer exited without a run-end, from its exit, the end of its stderr, and the kernel's counters. */
export function crashFailure(
  exit: ChildExit,
  crash: { kind: RunKind; stderr: string; oomKills: number },
): RunFailure {
  // A launcher of several processes is not killed itself, so its exit code does not show it.
  if (crash.oomKills > 0 && (exit.signal === 'SIGKILL' || exit.code !== 0))
    return outOfMemory(crash.kind, 'machine')
  if (isOutOfMemory(crash.stderr))
    return outOfMemory(crash.kind, /cuda|cublas|OutOfDevice/i.test(crash.stderr) ? 'gpu' : 'machine')
  if (exit.signal === 'SIGKILL')
    return {
      code: 'killed',
      message: 'The trainer was killed from outside Palate, possibly because the machine ran out of memory.',
      remedy:
        'Nothing to do: the run resumes from its last checkpoint. If it happens again, lower the batch size or the maximum length.',
    }
  const how = exit.signal ? `signal ${exit.signal}` : `exit code ${exit.code}`
  return {
    code: 'trainer_crashed',
    message: `The trainer stopped without a result (${how}).`,
    remedy: 'Read the last lines of its output in the log of this run.',
  }
}

export const silentFailure = (silenceMs: number): RunFailure => ({
  code: 'trainer_silent',
  message: `The trainer printed nothing for ${Math.round(silenceMs / 1000)} s and was ended.`,
  remedy: 'Start the run again. If it hangs again, read the last lines of its log.',
})

export const stoppedOutside: RunFailure = {
  code: 'stopped_outside',
  message: 'The trainer was stopped from outside Palate.',
  remedy: 'Nothing to do: the run resumes from its last checkpoint.',
}

function diskFailure({ problem, message, remedy }: DiskError): RunFailure {
  const isFull = problem === 'full' || problem === 'quota'
  return { code: isFull ? 'disk_full' : 'agent_failed', message, remedy }
}

/** Why a run could not be started or its files not be delivered, with a remedy. */
export function setupFailure(error: unknown): RunFailure {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (error instanceof PathEscape)
    return { code: 'path_escape', message, remedy: 'Use names inside the work folder.' }
  if (error instanceof FinalError)
    return { code: 'refused', message, remedy: 'Start the run again. Its files may have changed meanwhile.' }
  if (error instanceof CheckpointGone)
    return { code: 'checkpoint_gone', message, remedy: 'Clone the run to train from the start.' }
  const disk = nameDiskError(error, inHome('A file of the run'))
  if (disk instanceof DiskError && !message.startsWith('spawn')) return diskFailure(disk)
  if (code === 'ENOENT' && message.startsWith('spawn'))
    return {
      code: 'no_trainer',
      message: `The agent cannot start the trainer (${message}).`,
      remedy: 'Set PALATE_PYTHON to a Python that has the trainer’s packages.',
    }
  return {
    code: 'agent_failed',
    message: `The agent could not run this: ${message}`,
    remedy: 'Start the run again.',
  }
}
