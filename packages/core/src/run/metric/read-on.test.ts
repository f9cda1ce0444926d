import type { MetricAxis, TrainerEvent } from '@palate/protocol'
import { expect, test } from 'vitest'
import { createAgent, createTestDeps, createWorkspaceFixture, recordEvents, requestWork } from '../../testing'
import { claimRun } from '../claim'
import { createRun } from '../create'
import { expireLeases } from '../expire-leases'
import { getRunMetrics } from '../metrics'
import { leaseMs } from '../state/attempt-transition'

const deps = await createTestDeps()

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
const loss = (...steps: number[]) => steps.map((step) => metric(step, { loss: step / 8 }))
const machine = (...seconds: number[]) =>
  seconds.map((at) => metric(at, { 'system/cpu': at / 1e4 }, 'seconds'))

/** A run with an agent that trains it, and a reader that follows its curves. */
async function startRun() {
  const fixture = await createWorkspaceFixture(deps)
  const { id: runId } = await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  const agent = await createAgent(deps, fixture.workspaceId)
  const begin = async () => {
    const lease = await claimRun(agent, requestWork(['pretrain']))
    if (!lease) throw new Error('no lease')
    const { attemptId, epoch } = lease
    let seq = 0
    return async (...events: TrainerEvent[]) => {
      const spooled = events.map((event) => ({ seq: ++seq, at: 0, event }))
      await recordEvents(agent, { runId, attemptId, epoch, events: spooled })
    }
  }
  let cursor: string | undefined
  const read = async (maxPoints = 1000) => {
    const answer = await getRunMetrics(fixture.viewer, { runId, after: cursor, maxPoints })
    cursor = answer.cursor
    const positions = answer.series.map(({ key, points }) => [key, points.map(([position]) => position)])
    return { whole: answer.whole, ...Object.fromEntries(positions) }
  }
  return { fixture, runId, begin, read, cursor: () => cursor }
}

test('each series continues after its own last point, independent of the others', async () => {
  const { begin, read } = await startRun()
  const record = await begin()
  await record(...loss(1, 2), ...machine(300, 310))
  expect(await read()).toEqual({ whole: true, loss: [1, 2], 'system/cpu': [300, 310] })
  expect(await read()).toEqual({ whole: false })
  await record(...loss(3, 4), ...machine(320))
  expect(await read()).toEqual({ whole: false, loss: [3, 4], 'system/cpu': [320] })
  await record(...loss(5), metric(5, { 'eval/loss': 1 }))
  expect(await read()).toEqual({ whole: false, loss: [5], 'eval/loss': [5] })
})

test('a late point is read once', async () => {
  const { begin, read } = await startRun()
  const record = await begin()
  await record(...loss(10, 20))
  await read()
  await record(...loss(15, 30))
  expect(await read()).toEqual({ whole: true, loss: [10, 15, 20, 30] })
  await record(...loss(15)) // there already
  expect(await read()).toEqual({ whole: false })
})

test('an attempt that resumes replaces the end of the one before, also for a reader that follows it', async () => {
  const { begin, read } = await startRun()
  const first = await begin()
  await first(...loss(1, 2, 3), ...machine(10))
  await read()
  await first(...loss(4, 5))
  deps.advance(leaseMs + 1)
  await expireLeases(deps)
  const second = await begin()
  const shift = Math.floor((leaseMs + 1) / 1000)
  await second(...machine(5))
  expect(await read()).toEqual({ whole: true, loss: [1, 2, 3, 4, 5], 'system/cpu': [10, shift + 5] })
  await second(...loss(4))
  expect(await read()).toEqual({ whole: true, loss: [1, 2, 3, 4], 'system/cpu': [10, shift + 5] })
  await second(...loss(5, 6), ...machine(7))
  expect(await read()).toEqual({ whole: false, loss: [5, 6], 'system/cpu': [shift + 7] })
})

test('responses and charts have a maximum size', async () => {
  const { begin, read } = await startRun()
  const record = await begin()
  const steps = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at)
  await record(...loss(...steps(0, 10)))
  await read(10)
  await record(...loss(...steps(10, 10)))
  expect(await read(10)).toEqual({ whole: false, loss: steps(10, 10) })
  await record(...loss(20))
  const { whole, loss: shown = [] } = (await read(10)) as { whole: boolean; loss?: number[] }
  expect(whole).toBe(true)
  expect(shown.length).toBeLessThanOrEqual(10)
  expect(shown.at(-1)).toBe(20)
  await record(...loss(21))
  expect(await read(10)).toEqual({ whole: false, loss: [21] })
})

test('an invalid cursor, or one of another query, reads all curves', async () => {
  const { begin, read, cursor, fixture, runId } = await startRun()
  const record = await begin()
  await record(...loss(1, 2))
  await read()
  const other = await startRun()
  await (await other.begin())(...loss(1))
  const after = cursor()
  const ask = (more: object) => getRunMetrics(fixture.viewer, { runId, after, ...more })
  expect((await ask({})).whole).toBe(false)
  expect((await ask({ keys: ['loss'] })).whole).toBe(true)
  expect((await ask({ maxPoints: 20 })).whole).toBe(true)
  expect((await ask({ after: 'not a cursor' })).whole).toBe(true)
  const elsewhere = { runId: other.runId, after }
  expect((await getRunMetrics(other.fixture.viewer, elsewhere)).whole).toBe(true)
})
