import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { letGo, removeHome, spawnAgent, startAgent, temporaryHome, until } from '../testing/agent'
import { TestHub } from '../testing/test-hub'

let hub: TestHub
let home: string
let close: () => Promise<unknown> = async () => undefined
beforeEach(async () => {
  hub = await TestHub.start()
  home = await temporaryHome()
})
afterEach(async () => {
  await close()
  await hub.stop()
  await removeHome(home)
})

const begin = async () => {
  const agent = await startAgent(hub.url, home)
  close = () => agent.stop()
}
const spawn = () => {
  const agent = spawnAgent(hub.url, home)
  close = async () => {
    agent.kill('SIGTERM')
    await agent.exited
  }
  return agent
}
const stepsOf = (runId: string) =>
  hub
    .attemptsOf(runId)
    .flatMap(({ events }) => events.flatMap(({ event }) => (event.type === 'metric' ? [event.position] : [])))
const reach = (runId: string, step: number) =>
  until(`step ${step} of ${runId}`, () => stepsOf(runId).includes(step))
const ended = (runId: string) => until(`the end of ${runId}`, () => hub.endOf(runId))
const newest = (runId: string) => {
  const attempt = hub.attemptsOf(runId).at(-1)
  if (!attempt) throw new Error('no attempt')
  return attempt
}
const stopped = (step: number) => ({
  status: 'finished',
  stopped: { step, totalSteps: 60, reason: 'request' },
})

it('ends early on a push and delivers the model of that step', async () => {
  await begin()
  hub.lease('run_a', { steps: 60, goTo: 7 })
  await reach('run_a', 7)
  hub.push('stop', { attemptId: newest('run_a').lease.attemptId, afterStep: 7 })
  await until('the wish on disk', () => existsSync(join(home, 'runs/run_a/work/stop.json')))
  await letGo(home, 'run_a', 60)
  expect(await ended('run_a')).toMatchObject(stopped(7))
  expect(newest('run_a').artifacts.get('output/model.txt')?.toString()).toBe('trained for 7 steps')
  await until('the run folder to be gone', () => !existsSync(join(home, 'runs/run_a')))
})

it('ends early by the reply to a renewal', async () => {
  await begin()
  hub.lease('run_r', { steps: 60, goTo: 7 })
  await reach('run_r', 7)
  newest('run_r').stopAfterStep = 7
  await until('the wish on disk', () => existsSync(join(home, 'runs/run_r/work/stop.json')))
  await letGo(home, 'run_r', 60)
  expect(await ended('run_r')).toMatchObject(stopped(7))
})

it('keeps the wish across a kill -9 of the agent, and ends where the user saw it', async () => {
  const first = spawn()
  hub.lease('run_k', { steps: 60, checkpointEvery: 5, goTo: 13 })
  await reach('run_k', 12)
  // The hub has recorded the wish; the agent dies before the trainer has seen it.
  newest('run_k').stopAfterStep = 13
  first.kill('SIGKILL')
  await first.exited
  spawn()
  await until('a second attempt', () => hub.attemptsOf('run_k').length === 2)
  await until('its wish on disk', () => existsSync(join(home, 'runs/run_k/work/stop.json')))
  await letGo(home, 'run_k', 60)
  expect(await ended('run_k')).toMatchObject({ status: 'finished', stopped: { totalSteps: 60 } })
  expect(Math.max(...stepsOf('run_k'))).toBeGreaterThanOrEqual(13)
  expect(Math.max(...stepsOf('run_k'))).toBeLessThan(20)
})

it('is canceled all the same when a cancel follows', async () => {
  await begin()
  hub.lease('run_c', { steps: 60, goTo: 7 })
  await reach('run_c', 7)
  const attempt = newest('run_c')
  attempt.stopAfterStep = 7
  await until('the wish on disk', () => existsSync(join(home, 'runs/run_c/work/stop.json')))
  attempt.cancel = true
  expect(await ended('run_c')).toMatchObject({ status: 'canceled' })
})
