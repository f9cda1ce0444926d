import type { RunStatus } from '@palate/protocol'
import { expect, test } from 'vitest'
import { attemptLimit, decide, type RunEvent } from './transition'

const now = new Date('2026-01-02T03:04:05Z')
const failure = { code: 'out-of-memory', message: 'Memory ran out.', remedy: 'Use a smaller batch.' }
const events = {
  claimed: { type: 'claimed' },
  cancel: { type: 'cancel-requested' },
  lost: { type: 'lost' },
  finished: { type: 'ended', status: 'finished', failure: null },
  failed: { type: 'ended', status: 'failed', failure },
  killed: { type: 'ended', status: 'failed', failure: { ...failure, code: 'killed' } },
  stopped: { type: 'ended', status: 'cancelled', failure: null },
} satisfies Record<string, RunEvent>

/** status × event → the run's status, the attempt's, and what follows; `–` nothing, `!` refused. */
const table: [RunStatus, keyof typeof events, string][] = [
  ['queued', 'claimed', 'running running null'],
  ['queued', 'cancel', 'cancelled null settled'],
  ['queued', 'lost', '–'],
  ['queued', 'finished', '–'],
  ['queued', 'failed', '–'],
  ['queued', 'stopped', '–'],
  ['running', 'claimed', '!'],
  ['running', 'cancel', 'cancelling null cancel'],
  ['running', 'lost', 'queued lost work'],
  ['running', 'finished', 'finished finished settled'],
  ['running', 'failed', 'failed failed settled'],
  ['running', 'killed', 'queued lost work'],
  ['running', 'stopped', 'queued lost work'],
  ['cancelling', 'claimed', '!'],
  ['cancelling', 'cancel', '–'],
  ['cancelling', 'lost', 'cancelled lost settled'],
  ['cancelling', 'finished', 'finished finished settled'],
  ['cancelling', 'failed', 'cancelled failed settled'],
  ['cancelling', 'killed', 'cancelled failed settled'],
  ['cancelling', 'stopped', 'cancelled cancelled settled'],
  ['finished', 'claimed', '!'],
  ['finished', 'cancel', '!'],
  ['finished', 'lost', '–'],
  ['finished', 'failed', '–'],
  ['failed', 'claimed', '!'],
  ['failed', 'cancel', '!'],
  ['failed', 'finished', '–'],
  ['cancelled', 'claimed', '!'],
  ['cancelled', 'cancel', '–'],
  ['cancelled', 'finished', '–'],
]

test.each(table)('a run that is %s, then %s: %s', (status, event, expected) => {
  const run = { status, attempts: 1, cancelRequestedAt: status === 'cancelling' ? now : null }
  const decision = decide(run, events[event], now)
  const shown =
    decision.do === 'change'
      ? `${decision.run.status} ${decision.attempt} ${decision.next}`
      : { nothing: '–', refuse: '!' }[decision.do]
  expect(shown).toBe(expected)
})

test('a run is over at the time of the event, and keeps the reason', () => {
  const decision = decide({ status: 'running', attempts: 1, cancelRequestedAt: null }, events.failed, now)
  expect(decision).toMatchObject({ run: { finishedAt: now, failure } })
})

test('a run whose agents keep dying is given up with a reason', () => {
  const run = { status: 'running', cancelRequestedAt: null } as const
  expect(decide({ ...run, attempts: attemptLimit - 1 }, events.lost, now)).toMatchObject({
    run: { status: 'queued' },
  })
  expect(decide({ ...run, attempts: attemptLimit }, events.lost, now)).toMatchObject({
    run: { status: 'failed', failure: { code: 'agent-lost' } },
    next: 'settled',
  })
})
