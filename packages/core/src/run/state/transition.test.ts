import { type RunStatus, runStatuses } from '@palate/protocol'
import { expect, test } from 'vitest'
import { attemptLimit, decide, type RunEvent, type RunState } from './transition'

const now = new Date('2026-01-02T03:04:05Z')
const failure = { code: 'out_of_memory' as const, message: 'Memory ran out.', remedy: 'Use a smaller batch.' }
const events = {
  claimed: { type: 'claimed' },
  cancel: { type: 'cancel-requested' },
  stop: { type: 'stop-requested', step: 7, saving: false },
  resume: { type: 'resume-requested' },
  lost: { type: 'lost' },
  finished: { type: 'ended', status: 'finished', failure: null },
  kept: {
    ...{ type: 'ended', status: 'finished', failure: null },
    stopped: { step: 8, totalSteps: 20, reason: 'request' },
  },
  failed: { type: 'ended', status: 'failed', failure },
  killed: { type: 'ended', status: 'failed', failure: { ...failure, code: 'killed' as const } },
  stopped: { type: 'ended', status: 'canceled', failure: null },
} satisfies Record<string, RunEvent>

/** For each status and event: the next status of run and attempt, and what follows; `–` no change, `!` refused. */
const table: Record<RunStatus, Record<keyof typeof events, string>> = {
  queued: {
    ...{ claimed: 'running running null', cancel: 'canceled null settled', stop: '!', resume: '!' },
    ...{ lost: '–', finished: '–', kept: '–', failed: '–', killed: '–', stopped: '–' },
  },
  running: {
    ...{ claimed: '!', cancel: 'canceling null cancel', stop: 'running null stop', resume: '!' },
    ...{ lost: 'queued lost work', finished: 'finished finished settled', kept: 'finished finished settled' },
    ...{ failed: 'failed failed settled', killed: 'queued lost work', stopped: 'queued lost work' },
  },
  canceling: {
    ...{ claimed: '!', cancel: '–', stop: '!', resume: '!', lost: 'canceled lost settled' },
    ...{ finished: 'finished finished settled', kept: 'canceled canceled settled' },
    ...{ failed: 'canceled failed settled', killed: 'canceled failed settled' },
    ...{ stopped: 'canceled canceled settled' },
  },
  finished: {
    ...{ claimed: '!', cancel: '!', stop: '!', resume: '!', lost: '–' },
    ...{ finished: '–', kept: '–', failed: '–', killed: '–', stopped: '–' },
  },
  failed: {
    ...{ claimed: '!', cancel: '!', stop: '!', resume: 'queued null work', lost: '–' },
    ...{ finished: '–', kept: '–', failed: '–', killed: '–', stopped: '–' },
  },
  canceled: {
    ...{ claimed: '!', cancel: '–', stop: '!', resume: 'queued null work', lost: '–' },
    ...{ finished: '–', kept: '–', failed: '–', killed: '–', stopped: '–' },
  },
}
const idle = { attempts: 1, cancelRequestedAt: null, stopAfterStep: null, resumedAt: null }
const running: RunState = { ...idle, status: 'running' }
const rows = runStatuses.flatMap((status) =>
  (Object.keys(events) as (keyof typeof events)[]).map((event) => ({
    ...{ status, event, expected: table[status][event] },
  })),
)

test.each(rows)('a run that is $status, then $event: $expected', ({ status, event, expected }) => {
  const run = { ...idle, status, cancelRequestedAt: status === 'canceling' ? now : null }
  const decision = decide(run, events[event], now)
  const shown =
    decision.do === 'change'
      ? `${decision.run.status} ${decision.attempt} ${decision.next}`
      : { nothing: '–', refuse: '!' }[decision.do]
  expect(shown).toBe(expected)
})

test('a run ends at the time of the event, with the reason', () => {
  const decision = decide(running, events.failed, now)
  expect(decision).toMatchObject({ run: { finishedAt: now, failure } })
})

test('a run that loses all its agents fails with a reason', () => {
  expect(decide({ ...running, attempts: attemptLimit - 1 }, events.lost, now)).toMatchObject({
    run: { status: 'queued' },
  })
  expect(decide({ ...running, attempts: attemptLimit }, events.lost, now)).toMatchObject({
    run: { status: 'failed', failure: { code: 'agent_lost' } },
    next: 'settled',
  })
})

test('a run that is asked to stop and keep its model ends after the step that it has reached', () => {
  const asked = decide(running, events.stop, now)
  expect(asked).toMatchObject({ run: { status: 'running', stopAfterStep: 7, stopRequestedAt: now } })
  const stopping = { ...running, stopAfterStep: 7 }
  expect(decide(stopping, { ...events.stop, step: 9 }, now)).toEqual({ do: 'nothing' })
  // Its agent is lost: the wish goes with the run to its next attempt.
  expect(decide(stopping, events.lost, now)).not.toHaveProperty('run.stopAfterStep')
  expect(decide({ ...stopping, status: 'queued' }, events.stop, now)).toEqual({ do: 'nothing' })
  expect(decide(stopping, events.kept, now)).toMatchObject({
    run: { status: 'finished', stopped: { step: 8, totalSteps: 20 } },
  })
  expect(decide(stopping, events.finished, now)).toMatchObject({ run: { stopped: null } })
})

test.each([
  ['before its first step', running, { step: null }, /nothing to keep/],
  ['while it saves', running, { step: 20, saving: true }, /saving its model/],
  ['in the queue', { ...running, status: 'queued' as const }, {}, /not running/],
  ['while it is canceled', { ...running, status: 'canceling' as const }, {}, /being canceled/],
  ['after its end', { ...running, status: 'canceled' as const }, {}, /has been canceled already/],
])('a stop is refused %s, with a reason', (_, run, more, because) => {
  const decision = decide(run, { ...events.stop, ...more }, now)
  expect(decision).toEqual({ do: 'refuse', because: expect.stringMatching(because) })
})

test('a resumed run forgets what was asked of it before, and a second click changes nothing', () => {
  const canceled = { ...running, status: 'canceled' as const, cancelRequestedAt: now, stopAfterStep: 7 }
  expect(decide(canceled, events.resume, now)).toMatchObject({
    run: {
      ...{ status: 'queued', cancelRequestedAt: null, stopAfterStep: null, stopRequestedAt: null },
      ...{ finishedAt: null, failure: null, resumedAt: now },
    },
  })
  for (const status of ['queued', 'running'] as const)
    expect(decide({ ...running, status, resumedAt: now }, events.resume, now)).toEqual({ do: 'nothing' })
})
