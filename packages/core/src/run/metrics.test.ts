import type { MetricAxis, TrainerEvent } from '@palate/protocol'
import { expect, test } from 'vitest'
import type { AgentContext } from '../context'
import { createAgent, createTestDeps, createWorkspaceFixture, recordEvents, requestWork } from '../testing'
import { claimRun } from './claim'
import { createRun } from './create'
import { expireLeases } from './expire-leases'
import { getRunLogs } from './logs'
import { getRunMetrics } from './metrics'
import { getRunSamples } from './samples'
import { leaseMs } from './state/attempt-transition'

const deps = await createTestDeps()

async function record(agent: AgentContext, ...said: TrainerEvent[]): Promise<void> {
  const lease = await claimRun(agent, requestWork(['pretrain']))
  if (!lease) throw new Error('no lease')
  const { runId, attemptId, epoch } = lease
  for (let from = 0; from < said.length; from += 1000) {
    const events = said.slice(from, from + 1000).map((event, n) => ({ seq: from + n + 1, at: 0, event }))
    await recordEvents(agent, { runId, attemptId, epoch, events })
  }
}

async function lose(): Promise<void> {
  deps.advance(leaseMs + 1)
  await expireLeases(deps)
}

const metric = (
  position: number,
  values: Record<string, number>,
  axis: MetricAxis = 'step',
): TrainerEvent => ({
  type: 'metric',
  axis,
  position,
  time: position,
  values,
})

test('the later attempt replaces the points from its first step on', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { id: runId } = await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  const agent = await createAgent(deps, fixture.workspaceId)
  await record(agent, ...[1, 2, 3, 4, 5].map((step) => metric(step, { loss: step, only_first: step })))
  await lose()
  await record(agent, ...[3, 4].map((step) => metric(step, { loss: 10 * step })))
  await lose()
  await record(agent, ...[4, 5, 6].map((step) => metric(step, { loss: 100 * step })))
  const loss = { 1: 1, 2: 2, 3: 30, 4: 400, 5: 500, 6: 600 }
  expect(await getRunMetrics(fixture.viewer, { runId })).toMatchObject({
    whole: true,
    hidden: 0,
    series: [
      {
        key: 'loss',
        axis: 'step',
        points: Object.entries(loss).map(([step, value]) => [Number(step), value]),
      },
      {
        key: 'only_first',
        axis: 'step',
        points: [
          [1, 1],
          [2, 2],
        ],
      },
    ],
  })
})

test('hardware metrics continue over attempts, and hide no step before a resume', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { id: runId } = await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  const agent = await createAgent(deps, fixture.workspaceId)
  const machine = (second: number) => metric(second, { 'system/cpu': 0.5 }, 'seconds')
  await record(agent, machine(1), metric(5, { loss: 5 }), machine(6), metric(10, { loss: 10 }))
  await lose()
  await record(agent, machine(2), metric(10, { loss: 10 }), metric(15, { loss: 15 }))
  const { series } = await getRunMetrics(fixture.viewer, { runId })
  const later = Math.floor((leaseMs + 1) / 1000) + 2
  expect(series.map(({ key, axis, points }) => [key, axis, points.map(([position]) => position)])).toEqual([
    ['loss', 'step', [5, 10, 15]],
    ['system/cpu', 'seconds', [1, 6, later]],
  ])
})

test('a key that is sent on both axes makes two series', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { id: runId } = await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  const agent = await createAgent(deps, fixture.workspaceId)
  await record(agent, metric(1, { speed: 10 }), metric(1, { speed: 20 }, 'seconds'), metric(2, { speed: 11 }))
  const { series } = await getRunMetrics(fixture.viewer, { runId })
  expect(series.map(({ axis, points }) => [axis, points.map(([, value]) => value)])).toEqual([
    ['step', [10, 11]],
    ['seconds', [20]],
  ])
})

test('a long series is reduced to few points with its extremes and its end, always the same', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { id: runId } = await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  const agent = await createAgent(deps, fixture.workspaceId)
  const value = (step: number) => (step === 1234 ? 50 : step === 2345 ? -50 : Math.sin(step))
  await record(
    agent,
    ...Array.from({ length: 3000 }, (_, step) => metric(step, { loss: value(step), lr: 1 })),
  )
  const ask = () => getRunMetrics(fixture.viewer, { runId, maxPoints: 100 })
  const [loss, lr] = (await ask()).series
  expect(loss?.points.length).toBeLessThanOrEqual(100)
  expect(loss?.points.length).toBeGreaterThan(90)
  expect(loss?.points).toContainEqual([1234, 50])
  expect(loss?.points).toContainEqual([2345, -50])
  expect(loss?.points.at(-1)).toEqual([2999, value(2999)])
  for (const [step, shown] of loss?.points ?? []) expect(shown).toBe(value(step))
  const steps = loss?.points.map(([step]) => step) ?? []
  expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b))
  expect(lr?.points.length).toBeLessThanOrEqual(100)
  expect((await ask()).series).toEqual([loss, lr])
})

test('a log is read from its end, in pages, over all attempts; samples newest first', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { id: runId } = await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  const agent = await createAgent(deps, fixture.workspaceId)
  const log = (text: string): TrainerEvent => ({ type: 'log', level: text === 'c' ? 'error' : 'info', text })
  const sample = (step: number): TrainerEvent => ({ type: 'sample', step, prompt: 'p', text: `t${step}` })
  await record(agent, log('a'), log('b'), sample(1))
  await lose()
  await record(agent, log('c'), log('d'), sample(2))
  const newest = await getRunLogs(fixture.viewer, { runId, limit: 3 })
  expect(newest.items.map(({ text }) => text)).toEqual(['b', 'c', 'd'])
  const older = await getRunLogs(fixture.viewer, { runId, limit: 3, cursor: newest.nextCursor ?? '' })
  expect(older).toMatchObject({ items: [{ text: 'a', attemptNumber: 1 }], nextCursor: null })
  const errors = await getRunLogs(fixture.viewer, { runId, level: 'error' })
  expect(errors.items.map(({ text }) => text)).toEqual(['c'])
  const samples = await getRunSamples(fixture.viewer, { runId })
  expect(samples.map(({ text }) => text)).toEqual(['t2', 't1'])
})

test('a stranger cannot read a run', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const stranger = (await createWorkspaceFixture(deps)).owner
  const { id: runId } = await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  for (const read of [getRunMetrics, getRunLogs, getRunSamples])
    await expect(read(stranger, { runId })).rejects.toMatchObject({ code: 'not_found' })
})
