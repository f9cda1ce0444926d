import { defaultOf } from '@palate/config'
import type { AttemptStatus } from '@palate/protocol'

/** How long an attempt's lease lasts without renewal, where PALATE_LEASE_SECONDS is not set. */
export const leaseMs = Number(defaultOf('PALATE_LEASE_SECONDS')) * 1000

export interface AttemptState {
  status: AttemptStatus
  epoch: number
  leaseExpiresAt: Date
}

export type AttemptEvent =
  /** Its agent is still there. `leaseMs` is how long that holds. */
  | { type: 'renewed'; epoch: number; leaseMs: number }
  /** Its agent delivers events, or asks for an input: what its lease is for. */
  | { type: 'wrote'; epoch: number }
  /** The trainer said how it ended. */
  | { type: 'ended'; status: 'finished' | 'failed' | 'canceled' }
  /** Its agent is gone: revoked, or back without it. */
  | { type: 'lost' }
  /** The lease is looked at. */
  | { type: 'lease-checked' }

export type AttemptDecision =
  | { do: 'change'; attempt: Partial<Pick<AttemptState, 'status' | 'leaseExpiresAt'>> }
  | { do: 'nothing' }
  /** The lease is over: whoever wrote this has to stop. */
  | { do: 'refuse' }

/** What an event makes of an attempt. Pure. An attempt that is over never comes back: the run gets a new one. */
export function decideAttempt(attempt: AttemptState, event: AttemptEvent, now: Date): AttemptDecision {
  const running = attempt.status === 'running'
  switch (event.type) {
    case 'renewed':
      if (attempt.status === 'lost' || event.epoch !== attempt.epoch) return { do: 'refuse' }
      // Its end was recorded, and the agent has not heard so yet: nothing was lost.
      if (!running) return { do: 'nothing' }
      return { do: 'change', attempt: { leaseExpiresAt: new Date(now.getTime() + event.leaseMs) } }
    case 'wrote':
      return running && event.epoch === attempt.epoch ? { do: 'nothing' } : { do: 'refuse' }
    case 'ended':
      return running ? { do: 'change', attempt: { status: event.status } } : { do: 'nothing' }
    case 'lost':
      return running ? { do: 'change', attempt: { status: 'lost' } } : { do: 'nothing' }
    case 'lease-checked':
      return running && attempt.leaseExpiresAt < now
        ? { do: 'change', attempt: { status: 'lost' } }
        : { do: 'nothing' }
  }
}
