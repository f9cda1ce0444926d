import {
  type AttemptStatus,
  isMachineFailure,
  type RunFailure,
  type RunStatus,
  type RunStop,
} from '@palate/protocol'

/** A run fails after this many lost attempts without progress, because it seems to crash its agents. */
export const attemptLimit = 8

export interface RunState {
  status: RunStatus
  cancelRequestedAt: Date | null
  /** The step after which it should end and keep its model; null where nobody asked for that. */
  stopAfterStep: number | null
  /** When a canceled or failed run was last resumed. */
  resumedAt: Date | null
  /** Attempts since the run last reached a later checkpoint, including the current one. */
  attempts: number
}

export type RunEvent =
  | { type: 'claimed' }
  | { type: 'cancel-requested' }
  /** `step`: the newest training step that is known; null before the first, and once the model is being saved. */
  | { type: 'stop-requested'; step: number | null; saving: boolean }
  | { type: 'resume-requested' }
  | { type: 'lost' }
  | {
      type: 'ended'
      status: 'finished' | 'failed' | 'canceled'
      failure: RunFailure | null
      stopped?: RunStop | null
    }

export interface RunChange {
  status: RunStatus
  startedAt?: Date
  finishedAt?: Date | null
  cancelRequestedAt?: Date | null
  stopAfterStep?: number | null
  stopRequestedAt?: Date | null
  stopped?: RunStop | null
  resumedAt?: Date
  failure?: RunFailure | null
}

export type Decision =
  /** `settled`: the run has ended, so its model version is registered, or its batch or evaluation goes on. */
  | {
      do: 'change'
      run: RunChange
      attempt: AttemptStatus | null
      next: 'settled' | 'work' | 'cancel' | 'stop' | null
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
    case 'stop-requested':
      return onStop(run, event, now)
    case 'resume-requested':
      return onResume(run, now)
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
  return { do: 'refuse', because: `The run has ${describeEnd(run.status)} already.` }
}

/** The run keeps its status until it has finished: it still trains, may be lost and goes on elsewhere with the wish. */
function onStop(run: RunState, event: RunEvent & { type: 'stop-requested' }, now: Date): Decision {
  if (run.status === 'canceling') return { do: 'refuse', because: 'The run is being canceled.' }
  if (run.stopAfterStep !== null) return { do: 'nothing' }
  if (run.status === 'queued')
    return { do: 'refuse', because: 'The run is not running, so nothing is trained.' }
  if (run.status !== 'running')
    return { do: 'refuse', because: `The run has ${describeEnd(run.status)} already.` }
  if (event.saving)
    return { do: 'refuse', because: 'The training is over: the run is saving its model and ends by itself.' }
  if (event.step === null)
    return {
      do: 'refuse',
      because:
        'No training step is done yet, so there is nothing to keep. Wait for the first, or cancel the run.',
    }
  return change({ status: 'running', stopAfterStep: event.step, stopRequestedAt: now }, null, 'stop')
}

/** The same run, queued for a new attempt. What was asked of the attempts before no longer applies. */
function onResume(run: RunState, now: Date): Decision {
  const isBack = run.status === 'queued' || run.status === 'running'
  if (isBack && run.resumedAt) return { do: 'nothing' }
  if (run.status === 'canceling')
    return { do: 'refuse', because: 'The run is still being canceled. Resume it once it has stopped.' }
  if (run.status === 'finished')
    return { do: 'refuse', because: 'The run has finished. Clone it to train once more.' }
  if (isBack) return { do: 'refuse', because: `The run is ${run.status}: there is nothing to resume.` }
  const asked = { cancelRequestedAt: null, stopAfterStep: null, stopRequestedAt: null }
  return change({ status: 'queued', ...asked, finishedAt: null, failure: null, resumedAt: now }, null, 'work')
}

const describeEnd = (status: RunStatus) => (status === 'canceled' ? 'been canceled' : status)

function onLost(run: RunState, now: Date): Decision {
  if (run.status === 'canceling') return change({ status: 'canceled', finishedAt: now }, 'lost', 'settled')
  if (run.status !== 'running') return { do: 'nothing' }
  if (run.attempts < attemptLimit) return change({ status: 'queued' }, 'lost', 'work')
  return change({ status: 'failed', finishedAt: now, failure: givenUp(run.attempts) }, 'lost', 'settled')
}

function onEnded(run: RunState, event: RunEvent & { type: 'ended' }, now: Date): Decision {
  if (over.includes(run.status) || run.status === 'queued') return { do: 'nothing' }
  const { stopped = null } = event
  // A cancel wins over a stop, also where the agent learned of it too late. A run that took all its steps has finished.
  if (run.status === 'canceling' && stopped?.reason === 'request')
    return change({ status: 'canceled', finishedAt: now }, 'canceled', 'settled')
  if (event.status === 'finished')
    return change({ status: 'finished', finishedAt: now, failure: null, stopped }, 'finished', 'settled')
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
