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
  /** Its agent renewed the lease, for `leaseMs`. */
  | { type: 'renewed'; epoch: number; leaseMs: number }
  /** Its agent sends events or reads an input. */
  | { type: 'wrote'; epoch: number }
  /** The trainer reported its end. */
  | { type: 'ended'; status: 'finished' | 'failed' | 'canceled' }
  /** Its agent was revoked, or reconnected without it. */
  | { type: 'lost' }
  /** The hub checks the lease. */
  | { type: 'lease-checked' }

export type AttemptDecision =
  | { do: 'change'; attempt: Partial<Pick<AttemptState, 'status' | 'leaseExpiresAt'>> }
  | { do: 'nothing' }
  /** The lease is not valid: the agent has to stop this attempt. */
  | { do: 'refuse' }

/** What an event changes about an attempt. Pure. An ended attempt never runs again: the run gets a new one. */
export function decideAttempt(attempt: AttemptState, event: AttemptEvent, now: Date): AttemptDecision {
  const running = attempt.status === 'running'
  switch (event.type) {
    case 'renewed':
      if (attempt.status === 'lost' || event.epoch !== attempt.epoch) return { do: 'refuse' }
      // Its end is recorded, but the agent does not have the acknowledgment yet.
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
