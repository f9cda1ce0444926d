import { type AttemptStatus, isMachineFailure, type RunFailure, type RunStatus } from '@palate/protocol'

/** A run fails after this many lost attempts without progress, because it seems to crash its agents. */
export const attemptLimit = 8

export interface RunState {
  status: RunStatus
  cancelRequestedAt: Date | null
  /** Attempts since the run last reached a later checkpoint, including the current one. */
  attempts: number
}

export type RunEvent =
  | { type: 'claimed' }
  | { type: 'cancel-requested' }
  | { type: 'lost' }
  | { type: 'ended'; status: 'finished' | 'failed' | 'canceled'; failure: RunFailure | null }

export interface RunChange {
  status: RunStatus
  startedAt?: Date
  finishedAt?: Date
  cancelRequestedAt?: Date
  failure?: RunFailure | null
}

export type Decision =
  /** `settled`: the run has ended, so its model version is registered, or its batch or evaluation goes on. */
  | {
      do: 'change'
      run: RunChange
      attempt: AttemptStatus | null
      next: 'settled' | 'work' | 'cancel' | null
    }
  | { do: 'nothing' }
  | { do: 'refuse'; because: string }

const over: readonly RunStatus[] = ['finished', 'failed', 'canceled']

/** What an event changes about a run. Pure: the verbs persist the decision under the run's row lock. */
export function decide(run: RunState, event: RunEvent, now: Date): Decision {
  switch (event.type) {
    case 'claimed':
      if (run.status !== 'queued') return { do: 'refuse', because: 'The run is not waiting for an agent.' }
      return change({ status: 'running', startedAt: now, failure: null }, 'running', null)
    case 'cancel-requested':
      return onCancel(run, now)
    case 'lost':
      return onLost(run, now)
    case 'ended':
      return onEnded(run, event, now)
  }
}

function onCancel(run: RunState, now: Date): Decision {
  if (run.status === 'queued')
    return change({ status: 'canceled', cancelRequestedAt: now, finishedAt: now }, null, 'settled')
  if (run.status === 'running') return change({ status: 'canceling', cancelRequestedAt: now }, null, 'cancel')
  if (run.status === 'canceling' || run.status === 'canceled') return { do: 'nothing' }
  return { do: 'refuse', because: `The run has ${run.status} already.` }
}

function onLost(run: RunState, now: Date): Decision {
  if (run.status === 'canceling') return change({ status: 'canceled', finishedAt: now }, 'lost', 'settled')
  if (run.status !== 'running') return { do: 'nothing' }
  if (run.attempts < attemptLimit) return change({ status: 'queued' }, 'lost', 'work')
  return change({ status: 'failed', finishedAt: now, failure: givenUp(run.attempts) }, 'lost', 'settled')
}

function onEnded(run: RunState, event: RunEvent & { type: 'ended' }, now: Date): Decision {
  if (over.includes(run.status) || run.status === 'queued') return { do: 'nothing' }
  if (event.status === 'finished')
    return change({ status: 'finished', finishedAt: now, failure: null }, 'finished', 'settled')
  if (run.status === 'canceling')
    return change({ status: 'canceled', finishedAt: now }, event.status, 'settled')
  if (event.status === 'failed' && !isMachineFailure(event.failure))
    return change({ status: 'failed', finishedAt: now, failure: event.failure }, 'failed', 'settled')
  // The trainer was killed or stopped without a request: the run is queued again and resumes from its checkpoint.
  return onLost(run, now)
}

function change(
  run: RunChange,
  attempt: AttemptStatus | null,
  next: (Decision & { do: 'change' })['next'],
): Decision {
  return { do: 'change', run, attempt, next }
}

function givenUp(attempts: number): RunFailure {
  return {
    code: 'agent_lost',
    message: `The run was lost ${attempts} times in a row without progress.`,
    remedy: "Check the agent's log: most often it ran out of memory. Then create the run again.",
  }
}
