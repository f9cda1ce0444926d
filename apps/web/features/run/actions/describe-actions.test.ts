import { expect, test } from 'vitest'
import { choicesOf, describeCancel, describeKeep, describeResume } from './describe-actions'

const progress = { stage: 'training', step: 250, totalSteps: 600, secondsLeft: null }
const running = {
  ...{ kind: 'dpo' as const, status: 'running' as const, progress, attempts: [], resume: null },
  ...{ stopRequestedAt: null, keeping: { agentName: 'ada', keepMs: 7 * 86_400_000, budgetBytes: 20e9 } },
}
const resume = {
  ...{ possible: true as const, agentId: 'agent_a', agentName: 'ada', online: true, step: 250 },
  ...{ sizeBytes: 5_000_000, keptUntil: new Date('2026-01-10T12:00:00Z') },
}
const shown = (run: Parameters<typeof choicesOf>[0], may = () => true) =>
  Object.entries(choicesOf(run, may))
    .filter(([, offered]) => offered)
    .map(([name]) => name)

test.each([
  ['a training between two steps', running, ['stop', 'cancel', 'clone']],
  ['before its first step', { ...running, progress: { ...progress, step: 0 } }, ['cancel', 'clone']],
  [
    'while it makes its corpus',
    { ...running, progress: { ...progress, stage: 'corpus' } },
    ['cancel', 'clone'],
  ],
  ['while it saves', { ...running, progress: { ...progress, stage: 'export' } }, ['cancel', 'clone']],
  ['while it stops', { ...running, stopRequestedAt: new Date() }, ['cancel', 'clone']],
  ['in the queue', { ...running, status: 'queued' as const }, ['cancel', 'clone']],
  ['while it is canceled', { ...running, status: 'canceling' as const }, ['clone']],
  ['canceled, with its checkpoint', { ...running, status: 'canceled' as const, resume }, ['resume', 'clone']],
  [
    'failed, without one',
    { ...running, status: 'failed' as const, resume: { possible: false as const, because: 'No.' } },
    ['clone'],
  ],
  ['finished', { ...running, status: 'finished' as const }, ['clone']],
  ['of answers', { ...running, kind: 'generate' as const }, ['cancel']],
])('what is offered for a run: %s', (_, run, expected) => {
  expect(shown(run)).toEqual(expected)
  expect(shown(run, () => false)).toEqual([])
})

test('a cancel says what is lost and what is left', () => {
  expect(describeCancel(running)).toEqual([
    'It ends after its current step, and no model is saved. Metrics and logs stay.',
    'The agent ada keeps its checkpoint for 7 days (up to 20 GB of them in all). Until then it can be resumed.',
  ])
  expect(describeCancel({ ...running, status: 'queued' })).toEqual([
    'It has not started. It leaves the queue.',
  ])
  expect(describeCancel({ ...running, progress: null })).toHaveLength(1)
  expect(describeKeep(running)).toBe('at about step 250 of 600')
})

test('a run says from where it can be resumed, or why not', () => {
  expect(describeResume({ resume })).toMatch(
    /^It can be resumed after step 250: the agent ada keeps its checkpoint \(5\.0 MB\) until .*10.*\.$/,
  )
  expect(describeResume({ resume: { ...resume, online: false } })).toMatch(
    /That agent is offline; the run would wait/,
  )
  expect(
    describeResume({ resume: { possible: false, because: 'It ended before its first checkpoint.' } }),
  ).toBe('It cannot be resumed. It ended before its first checkpoint.')
  expect(describeResume({ resume: null })).toBeNull()
})
