import { existsSync } from 'node:fs'
import { readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  isAlive,
  letGo,
  removeHome,
  spawnAgent,
  spawnDrain,
  startAgent,
  temporaryHome,
  trainerPids,
  until,
} from '../testing/agent'
import { TestHub } from '../testing/test-hub'

let hub: TestHub
let home: string
beforeEach(async () => {
  hub = await TestHub.start()
  home = await temporaryHome()
})
afterEach(async () => {
  await hub.stop()
  await removeHome(home)
})

const stepsOf = (runId: string) =>
  hub
    .attemptsOf(runId)
    .map(({ events }) => events.flatMap(({ event }) => (event.type === 'metric' ? [event.position] : [])))
const reached = (runId: string, step: number) => () => stepsOf(runId).flat().includes(step)
const isWhole = (runId: string) =>
  hub.attemptsOf(runId).every(({ events }) => events.every(({ seq }, index) => seq === index + 1))

describe('an agent that restarts', () => {
  it('after a kill -9 during training ends the orphan and finishes from its checkpoint', async () => {
    hub.lease('run_k', { steps: 60, checkpointEvery: 5, goTo: 13 })
    const first = spawnAgent(hub.url, home)
    await until('step 12', reached('run_k', 12))
    first.kill('SIGKILL')
    await first.exited
    const { all } = await trainerPids(home, 'run_k')
    const second = spawnAgent(hub.url, home)
    await until('the orphan to be gone', () => !all.some(isAlive))
    await letGo(home, 'run_k', 60)
    expect(await until('the end', () => hub.endOf('run_k'))).toMatchObject({ status: 'finished' })
    const [before, after] = stepsOf('run_k')
    expect(hub.attemptsOf('run_k').map(({ lost }) => lost)).toEqual([true, false])
    expect(after?.[0]).toBeGreaterThan(10)
    expect(after?.[0]).toBeLessThanOrEqual((before?.at(-1) ?? 0) + 6)
    expect(new Set([...(before ?? []), ...(after ?? [])]).size).toBe(60)
    expect(isWhole('run_k')).toBe(true)
    expect(hub.attemptsOf('run_k')[1]?.artifacts.size).toBe(1)
    await until('the run folder to be gone', () => !existsSync(join(home, 'runs/run_k')))
    second.kill('SIGTERM')
    expect(await second.exited).toBe(0)
  })

  it('delivers a finished run whose end did not reach the hub', async () => {
    let ends = 0
    hub.beforeAck = (batch, socket) => {
      if (!batch.events.some(({ event }) => event.type === 'run-end')) return
      ends += 1
      socket.disconnect(true)
    }
    // The hub drops what the broken connection stored, so that no later hello acks the end.
    hub.afterStore = () => {
      for (const attempt of hub.attemptsOf('run_f'))
        attempt.events = attempt.events.filter(({ event }) => event.type !== 'run-end')
    }
    hub.lease('run_f', { steps: 3 })
    const first = spawnAgent(hub.url, home)
    await until('the upload', () => hub.attemptsOf('run_f')[0]?.artifacts.size)
    await until('the trainer to leave', async () => (await trainerPids(home, 'run_f')).alive.length === 0)
    await until('the end to be sent, and sent again', () => ends > 1)
    first.kill('SIGKILL')
    await first.exited
    expect(hub.endOf('run_f')).toBeNull()
    hub.beforeAck = () => undefined
    hub.afterStore = () => undefined
    const agent = await startAgent(hub.url, home)
    expect(await until('the end', () => hub.endOf('run_f'))).toMatchObject({ status: 'finished' })
    expect(hub.attemptsOf('run_f')).toHaveLength(1)
    expect((await trainerPids(home, 'run_f')).all.length).toBeLessThanOrEqual(1)
    await agent.stop()
  })

  it('after a normal stop resumes from the checkpoint that the stop wrote', async () => {
    hub.lease('run_o', { steps: 40, checkpointEvery: 1000, goTo: 9 })
    const first = await startAgent(hub.url, home)
    await until('step 8', reached('run_o', 8))
    await first.stop()
    expect(hub.endOf('run_o')).toBeNull()
    expect((await trainerPids(home, 'run_o')).alive).toEqual([])
    await letGo(home, 'run_o', 40)
    const second = await startAgent(hub.url, home)
    expect(await until('the end', () => hub.endOf('run_o'))).toMatchObject({ status: 'finished' })
    expect(stepsOf('run_o')[1]?.[0]).toBeGreaterThan(8)
    await second.stop()
  })

  it('skips a checkpoint that was damaged meanwhile, and logs it', async () => {
    hub.lease('run_t', { steps: 40, checkpointEvery: 6, goTo: 14 })
    const first = spawnAgent(hub.url, home)
    await until('step 14', reached('run_t', 14))
    first.kill('SIGKILL')
    await first.exited
    const { all } = await trainerPids(home, 'run_t')
    const checkpoints = join(home, 'runs/run_t/work/checkpoints')
    const steps = (await readdir(checkpoints)).map((name) => Number(name.split('-')[1]))
    for (const step of steps.filter((one) => one >= 12))
      await truncate(join(checkpoints, `checkpoint-${step}`, 'state.json'), 3)
    const agent = await startAgent(hub.url, home)
    await until('the orphan to be gone', () => !all.some(isAlive))
    await letGo(home, 'run_t', 40)
    expect(await until('the end', () => hub.endOf('run_t'))).toMatchObject({ status: 'finished' })
    const [, again] = hub.attemptsOf('run_t')
    const log = again?.events.find(({ event }) => event.type === 'log')
    expect(log?.event).toMatchObject({
      level: 'warn',
      text: `checkpoints/checkpoint-${again?.lease.resume?.step} is skipped: state.json has changed.`,
    })
    expect(stepsOf('run_t')[1]?.[0]).toBe(7)
    await agent.stop()
  })

  it('drains: it finishes its runs, takes no new ones, and exits', async () => {
    hub.lease('run_d', { behavior: 'wait' })
    const agent = spawnAgent(hub.url, home)
    await until('the first step', reached('run_d', 1))
    const drained = spawnDrain(hub.url, home)
    await until('the drain event', () => hub.received.some(({ event }) => event === 'drain'))
    hub.lease('run_e', { steps: 2 })
    await writeFile(join(home, 'runs/run_d/work/go'), '')
    expect([await agent.exited, await drained]).toEqual([0, 0])
    expect(hub.endOf('run_d')).toMatchObject({ status: 'finished' })
    expect(hub.attemptsOf('run_d')).toHaveLength(1)
    expect(hub.queue).toHaveLength(1)
    expect(await spawnDrain(hub.url, home)).toBe(1)
  })

  it('finishes its runs after a first SIGTERM if a drain time is set, and ends them after a second', async () => {
    hub.lease('run_g', { behavior: 'wait' })
    const patient = spawnAgent(hub.url, home, { PALATE_AGENT_DRAIN_SECONDS: '600' })
    await until('the first step', reached('run_g', 1))
    patient.kill('SIGTERM')
    await until('the drain event', () => hub.received.some(({ event }) => event === 'drain'))
    await writeFile(join(home, 'runs/run_g/work/go'), '')
    expect(await patient.exited).toBe(0)
    expect(hub.endOf('run_g')).toMatchObject({ status: 'finished' })
    hub.lease('run_h', { steps: 10_000, stepSeconds: 0.05 })
    const hurried = spawnAgent(hub.url, home, { PALATE_AGENT_DRAIN_SECONDS: '600' })
    await until('the first step', reached('run_h', 1))
    hurried.kill('SIGTERM')
    await until('the drain event', () => hub.received.filter(({ event }) => event === 'drain').length > 1)
    hurried.kill('SIGTERM')
    expect(await hurried.exited).toBe(0)
    expect(hub.endOf('run_h')).toBeNull()
    expect((await trainerPids(home, 'run_h')).alive).toEqual([])
  })

  it('does not start in a folder where another agent runs', async () => {
    const first = spawnAgent(hub.url, home)
    await until('its hello', () => hub.hellos.length)
    await expect(startAgent(hub.url, home)).rejects.toThrow(/Another agent .* runs in/)
    first.kill('SIGTERM')
    await first.exited
    const second = await startAgent(hub.url, home)
    await second.stop()
  })

  it('enrolls once, and names the remedy when its code was used', async () => {
    const first = await startAgent(hub.url, home)
    await first.stop()
    const again = await startAgent(hub.url, home)
    await again.stop()
    const other = await temporaryHome()
    await expect(startAgent(hub.url, other)).rejects.toThrow(/This code was used.*new enrollment code/)
    await removeHome(other)
  })
})
