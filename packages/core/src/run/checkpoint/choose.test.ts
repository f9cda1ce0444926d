import { expect, test } from 'vitest'
import { chooseCheckpoint, type Holder } from './choose'

const now = new Date('2026-01-10T00:00:00Z')
const hours = (count: number) => now.getTime() + count * 3600_000
const policy = { keepMs: 7 * 24 * 3600_000, budgetBytes: 20e9 }
const kept = (keptUntil: number, runId = 'run_a') => ({ runId, step: 250, sizeBytes: 5e6, keptUntil })
const holder: Holder = {
  ...{ agentId: 'agent_a', agentName: 'ada', online: true, revoked: false, step: 250 },
  endedAt: new Date(hours(-2)),
  report: { ...policy, reportedAt: hours(-1), kept: [kept(hours(100))] },
}
const report = (more: Partial<NonNullable<Holder['report']>>): Holder['report'] => ({
  ...{ ...policy, reportedAt: hours(-1), kept: [] },
  ...more,
})

test.each<[string, Holder[], string]>([
  ['no checkpoint', [], 'It ended before its first checkpoint.'],
  ['a revoked agent', [{ ...holder, revoked: true }], 'The agent ada had its checkpoint, and was revoked.'],
  [
    'an agent that has not reported since',
    [{ ...holder, report: report({ reportedAt: hours(-3) }) }],
    'The agent ada is about to report whether it keeps the checkpoint.',
  ],
  [
    'an offline agent that never reported',
    [{ ...holder, online: false, report: null }],
    'The agent ada has its checkpoint, but is offline and has not reported it yet.',
  ],
  [
    'an agent that made room',
    [{ ...holder, report: report({ kept: [kept(hours(9), 'run_b')] }) }],
    'The agent ada does not have its checkpoint any more. It keeps checkpoints for 7 days, up to 20 GB in all.',
  ],
  [
    'an agent whose time is over',
    [{ ...holder, online: false, report: report({ kept: [kept(hours(-1))] }) }],
    'The agent ada no longer keeps its checkpoint: it keeps them for 7 days, up to 20 GB in all.',
  ],
])('a run cannot be resumed with %s', (_, holders, because) => {
  expect(chooseCheckpoint('run_a', holders, now)).toEqual({ possible: false, because })
})

test('a run is resumed from the newest checkpoint that is still kept', () => {
  const older = { ...holder, agentId: 'agent_b', agentName: 'bea', online: false, step: 200 }
  const gone = { ...holder, report: report({}) }
  expect(chooseCheckpoint('run_a', [holder, older], now)).toEqual({
    ...{ possible: true, agentId: 'agent_a', agentName: 'ada', online: true, step: 250, sizeBytes: 5e6 },
    keptUntil: new Date(hours(100)),
  })
  expect(chooseCheckpoint('run_a', [gone, older], now)).toMatchObject({ agentName: 'bea', step: 200 })
})
