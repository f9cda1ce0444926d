import { type AttemptStatus, attemptStatuses } from '@palate/protocol'
import { expect, test } from 'vitest'
import { type AttemptEvent, decideAttempt } from './attempt-transition'

const now = new Date('2026-01-02T03:04:05Z')
const later = new Date(now.getTime() + 60_000)
const earlier = new Date(now.getTime() - 1)
const leaseMs = 600_000

/** For each event the next status of a running attempt; `–` no change, `!` refused. */
const events: [string, AttemptEvent, string][] = [
  ['renewed', { type: 'renewed', epoch: 2, leaseMs }, 'lease'],
  ['renewed under an old epoch', { type: 'renewed', epoch: 1, leaseMs }, '!'],
  ['wrote', { type: 'wrote', epoch: 2 }, '–'],
  ['wrote under an old epoch', { type: 'wrote', epoch: 1 }, '!'],
  ['finished', { type: 'ended', status: 'finished' }, 'finished'],
  ['failed', { type: 'ended', status: 'failed' }, 'failed'],
  ['stopped', { type: 'ended', status: 'canceled' }, 'canceled'],
  ['lost', { type: 'lost' }, 'lost'],
  ['lease checked in time', { type: 'lease-checked' }, '–'],
]
/** An agent that renews an ended attempt does not have the acknowledgment of its end yet. */
function ofOver(status: AttemptStatus, event: AttemptEvent): string {
  if (event.type === 'renewed') return status === 'lost' || event.epoch !== 2 ? '!' : '–'
  return event.type === 'wrote' ? '!' : '–'
}
const table = attemptStatuses.flatMap((status) =>
  events.map(([name, event, expected]) => ({
    ...{ status, name, event },
    expected: status === 'running' ? expected : ofOver(status, event),
  })),
)

function show(status: AttemptStatus, event: AttemptEvent, leaseExpiresAt = later): string {
  const decision = decideAttempt({ status, epoch: 2, leaseExpiresAt }, event, now)
  if (decision.do !== 'change') return { nothing: '–', refuse: '!' }[decision.do]
  return decision.attempt.status ?? (decision.attempt.leaseExpiresAt ? 'lease' : 'empty')
}

test.each(table)('an attempt that is $status, then $name: $expected', ({ status, event, expected }) => {
  expect(show(status, event)).toBe(expected)
})

test('an expired lease loses the attempt, and only a running one', () => {
  expect(attemptStatuses.map((status) => show(status, { type: 'lease-checked' }, earlier))).toEqual(
    attemptStatuses.map((status) => (status === 'running' ? 'lost' : '–')),
  )
  expect(show('running', { type: 'lease-checked' }, now)).toBe('–')
})

test('a renewal starts now', () => {
  const running = { status: 'running', epoch: 2, leaseExpiresAt: later } as const
  expect(decideAttempt(running, { type: 'renewed', epoch: 2, leaseMs }, now)).toEqual({
    do: 'change',
    attempt: { leaseExpiresAt: new Date(now.getTime() + leaseMs) },
  })
})
