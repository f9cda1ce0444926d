import { type RunStatus, runStatuses } from '@palate/protocol'
import { expect, test } from 'vitest'
import { attemptLimit, decide, type RunEvent } from './transition'

const now = new Date('2026-01-02T03:04:05Z')
const failure = { code: 'out_of_memory' as const, message: 'Memory ran out.', remedy: 'Use a smaller batch.' }
const events = {
  claimed: { type: 'claimed' },
  cancel: { type: 'cancel-requested' },
  lost: { type: 'lost' },
  finished: { type: 'ended', status: 'finished', failure: null },
  failed: { type: 'ended', status: 'failed', failure },
  killed: { type: 'ended', status: 'failed', failure: { ...failure, code: 'killed' as const } },
  stopped: { type: 'ended', status: 'canceled', failure: null },
} satisfies Record<string, RunEvent>

/** For each status and event: the next status of run and attempt, and what follows; `–` no change, `!` refused. */
const table: Record<RunStatus, Record<keyof typeof events, string>> = {
  queued: {
    ...{ claimed: 'running running null', cancel: 'canceled null settled' },
    ...{ lost: '–', finished: '–', failed: '–', killed: '–', stopped: '–' },
  },
  running: {
    ...{ claimed: '!', cancel: 'canceling null cancel', lost: 'queued lost work' },
    ...{ finished: 'finished finished settled', failed: 'failed failed settled' },
    ...{ killed: 'queued lost work', stopped: 'queued lost work' },
  },
  canceling: {
    ...{ claimed: '!', cancel: '–', lost: 'canceled lost settled', finished: 'finished finished settled' },
    ...{ failed: 'canceled failed settled', killed: 'canceled failed settled' },
    ...{ stopped: 'canceled canceled settled' },
  },
  finished: {
    ...{ claimed: '!', cancel: '!', lost: '–', finished: '–', failed: '–', killed: '–', stopped: '–' },
  },
  failed: {
    ...{ claimed: '!', cancel: '!', lost: '–', finished: '–', failed: '–', killed: '–', stopped: '–' },
  },
  canceled: {
    ...{ claimed: '!', cancel: '–', lost: '–', finished: '–', failed: '–', killed: '–', stopped: '–' },
  },
}
const rows = runStatuses.flatMap((status) =>
  (Object.keys(events) as (keyof typeof events)[]).map((event) => ({
    ...{ status, event, expected: table[status][event] },
  })),
)

test.each(rows)('a run that is $status, then $event: $expected', ({ status, event, expected }) => {
  const run = { status, attempts: 1, cancelRequestedAt: status === 'canceling' ? now : null }
  const decision = decide(run, events[event], now)
  const shown =
    decision.do === 'change'
      ? `${decision.run.status} ${decision.attempt} ${decision.next}`
      : { nothing: '–', refuse: '!' }[decision.do]
  expect(shown).toBe(expected)
})

test('a run ends at the time of the event, with the reason', () => {
  const decision = decide({ status: 'running', attempts: 1, cancelRequestedAt: null }, events.failed, now)
  expect(decision).toMatchObject({ run: { finishedAt: now, failure } })
})

test('a run that loses all its agents fails with a reason', () => {
  const run = { status: 'running', cancelRequestedAt: null } as const
  expect(decide({ ...run, attempts: attemptLimit - 1 }, events.lost, now)).toMatchObject({
    run: { status: 'queued' },
  })
  expect(decide({ ...run, attempts: attemptLimit }, events.lost, now)).toMatchObject({
    run: { status: 'failed', failure: { code: 'agent_lost' } },
    next: 'settled',
  })
})
