import { existsSync } from 'node:fs'
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Agent } from '../agent'
import { letGo, removeHome, startAgent, temporaryHome, until } from '../testing/agent'
import { TestHub } from '../testing/test-hub'
import { pruneCheckpoints } from './work/kept-checkpoints'

let hub: TestHub
let home: string
let agent: Agent
beforeEach(async () => {
  hub = await TestHub.start()
  home = await temporaryHome()
  agent = await startAgent(hub.url, home)
})
afterEach(async () => {
  await agent.stop()
  await hub.stop()
  await removeHome(home)
})

const stepsOf = (runId: string) =>
  hub
    .attemptsOf(runId)
    .map(({ events }) => events.flatMap(({ event }) => (event.type === 'metric' ? [event.position] : [])))
const reach = (runId: string, step: number) =>
  until(`step ${step} of ${runId}`, () => stepsOf(runId).flat().includes(step))
const kept = (runId: string) => hub.checkpoints?.kept.find((one) => one.runId === runId)

/** Runs to a step and cancels there. @returns the lease of the attempt */
async function cancelAt(runId: string, step: number) {
  const lease = hub.lease(runId, { steps: 60, checkpointEvery: 5, goTo: step }, { 'a.txt': 'x' })
  await reach(runId, step)
  hub.push('cancel', { attemptId: lease.attemptId })
  expect(await until('the end', () => hub.endOf(runId))).toMatchObject({ status: 'canceled' })
  return lease
}

it('keeps the checkpoint of a canceled run, reports it, and goes on from it', async () => {
  const lease = await cancelAt('run_a', 13)
  expect(await until('the report', () => kept('run_a'))).toMatchObject({
    step: 13,
    sizeBytes: expect.any(Number),
    keptUntil: expect.any(Number),
  })
  expect(hub.checkpoints).toMatchObject({ keepMs: 7 * 24 * 3600_000, budgetBytes: 20e9 })
  expect(existsSync(join(home, 'runs/run_a/work/inputs'))).toBe(false)
  const again = hub.leaseAgain(lease, { step: 13, attemptId: lease.attemptId, required: true })
  await until('the second attempt', () => stepsOf('run_a')[1]?.includes(14))
  expect(existsSync(join(home, 'runs/run_a/work/inputs/a.txt'))).toBe(true)
  await letGo(home, 'run_a', 60)
  await until('its end', () => hub.attempts.get(again.attemptId)?.events.at(-1)?.event.type === 'run-end')
  expect(stepsOf('run_a')[1]).toEqual(Array.from({ length: 47 }, (_, index) => index + 14))
  await until('the report without it', () => !kept('run_a'))
  await until('the run folder to be gone', () => !existsSync(join(home, 'runs/run_a')))
})

it('fails a resumed run whose checkpoint is gone instead of starting over', async () => {
  const lease = await cancelAt('run_b', 7)
  await until('the report', () => kept('run_b'))
  await rm(join(home, 'runs/run_b'), { recursive: true })
  const again = hub.leaseAgain(lease, { step: 7, attemptId: lease.attemptId, required: true })
  const end = await until('its end', () => {
    const last = hub.attempts.get(again.attemptId)?.events.at(-1)?.event
    return last?.type === 'run-end' ? last : null
  })
  expect(end).toMatchObject({ status: 'failed', error: { code: 'checkpoint_gone' } })
  expect(stepsOf('run_b')[1]).toEqual([])
})

it('removes kept checkpoints that are too old, then the oldest until the rest fit', async () => {
  const now = Date.now()
  const day = 24 * 3600_000
  const make = async (runId: string, ageDays: number, bytes: number) => {
    const work = join(home, 'runs', runId, 'work')
    await mkdir(join(work, 'checkpoints/checkpoint-5'), { recursive: true })
    await writeFile(join(work, 'checkpoints/checkpoint-5/weights'), Buffer.alloc(bytes))
    await utimes(work, (now - ageDays * day) / 1000, (now - ageDays * day) / 1000)
  }
  await make('run_old', 8, 10)
  await make('run_second', 2, 600)
  await make('run_first', 1, 600)
  await make('run_third', 3, 300)
  await make('run_busy', 9, 5000)
  const policy = { keepMs: 7 * day, budgetBytes: 1000 }
  const report = await pruneCheckpoints(home, policy, { now, busy: new Set(['run_busy']) })
  expect(report).toMatchObject({
    ...policy,
    kept: [
      { runId: 'run_first', step: 5, sizeBytes: 600 },
      { runId: 'run_third', step: 5, sizeBytes: 300 },
    ],
  })
  for (const [runId, there] of [
    ['run_old', false],
    ['run_second', false],
    ['run_first', true],
    ['run_busy', true],
  ] as const)
    expect(existsSync(join(home, 'runs', runId)), runId).toBe(there)
})
