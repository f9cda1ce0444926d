import type { RunFailure, RunKind, TrainerEvent } from '@palate/protocol'
import { PathEscape } from '../files/inside'
import { FinalError } from '../files/retry'
import type { ChildExit } from './process/child'
import { isOutOfMemory, outOfMemory } from './process/memory'

export type RunEnd = Extract<TrainerEvent, { type: 'run-end' }>

export const failed = (error: RunFailure): RunEnd => ({
  type: 'run-end',
  status: 'failed',
  results: {},
  error,
})
export const canceled = (): RunEnd => ({ type: 'run-end', status: 'canceled', results: {}, error: null })

/** Why a trainer that left without a word did so, as far as its exit, its last words and the kernel tell. */
export function crashFailure(
  exit: ChildExit,
  seen: { kind: RunKind; stderr: string; oomKills: number },
): RunFailure {
  // A launcher of several processes is not killed itself; its exit code then says nothing.
  if (seen.oomKills > 0 && (exit.signal === 'SIGKILL' || exit.code !== 0))
    return outOfMemory(seen.kind, 'machine')
  if (isOutOfMemory(seen.stderr))
    return outOfMemory(seen.kind, /cuda|cublas|OutOfDevice/i.test(seen.stderr) ? 'gpu' : 'machine')
  if (exit.signal === 'SIGKILL')
    return {
      code: 'killed',
      message: 'The trainer was killed from outside; where the machine was short of memory, for that.',
      remedy:
        'Nothing to do: it goes on from its last checkpoint. If it happens again, lower the batch size or the maximum length.',
    }
  const how = exit.signal ? `signal ${exit.signal}` : `exit code ${exit.code}`
  return {
    code: 'trainer_crashed',
    message: `The trainer stopped without a result (${how}).`,
    remedy: 'The last lines of its output are in the log of this run.',
  }
}

export const silentFailure = (silenceMs: number): RunFailure => ({
  code: 'trainer_silent',
  message: `The trainer said nothing for ${Math.round(silenceMs / 1000)} s and was ended.`,
  remedy: 'Start the run again; if it hangs again, look at the last lines of its log.',
})

export const stoppedOutside: RunFailure = {
  code: 'stopped_outside',
  message: 'The trainer was stopped by somebody outside Palate.',
  remedy: 'Nothing to do: it goes on from its last checkpoint.',
}

/** What kept a run from being started, or its files from being taken, as a sentence with a remedy. */
export function setupFailure(error: unknown): RunFailure {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (error instanceof PathEscape)
    return { code: 'path_escape', message, remedy: 'Use names inside the work folder.' }
  if (error instanceof FinalError)
    return { code: 'refused', message, remedy: 'Start the run again; its files may have changed meanwhile.' }
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return {
      code: 'disk_full',
      message: "The agent's disk is full.",
      remedy: 'Free some space there and start again.',
    }
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
