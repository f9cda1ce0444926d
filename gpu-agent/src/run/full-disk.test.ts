import { randomBytes } from 'node:crypto'
import { open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mountSmallDisk, withoutSmallDisk } from '@palate/config/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Agent } from '../agent'
import { letGo, startAgent, until } from '../testing/agent'
import { TestHub } from '../testing/test-hub'

const mebibyte = 1024 * 1024
const disk = mountSmallDisk(4)
const place = "the agent's home (PALATE_AGENT_HOME)"

describe.skipIf(!disk)(`an agent on a full disk${disk ? '' : withoutSmallDisk}`, () => {
  const home = join(disk?.path ?? '', 'home')
  const filler = join(disk?.path ?? '', 'filler')
  const fill = () => writeFile(filler, randomBytes(5 * mebibyte)).catch(() => undefined)
  const makeRoom = () => rm(filler, { force: true })
  let hub: TestHub
  let agent: Agent
  beforeAll(async () => {
    hub = await TestHub.start()
    agent = await startAgent(hub.url, home)
    await until('the hello', () => hub.hellos.length)
  })
  afterEach(makeRoom)
  afterAll(async () => {
    await agent.stop()
    await hub.stop()
    disk?.unmount()
  })
  const ended = (runId: string) => until(runId, () => hub.endOf(runId))
  const eventsOf = (runId: string) => hub.attemptsOf(runId).flatMap(({ events }) => events)

  it('ends a run whose input has no room with the reason, and does the next one', async () => {
    hub.lease('run_large', { steps: 1 }, { 'weights.gguf': randomBytes(5 * mebibyte) })
    expect(await ended('run_large')).toMatchObject({
      status: 'failed',
      error: {
        code: 'disk_full',
        message: `The file weights.gguf could not be written: the disk of ${place} is full.`,
        remedy: 'Free some space there, then try again.',
      },
    })
    hub.lease('run_small', { steps: 3 }, { 'weights.gguf': randomBytes(1000) })
    expect(await ended('run_small')).toMatchObject({ status: 'finished' })
  })

  it('ends a run for which it cannot even make a folder', async () => {
    await fill()
    hub.lease('run_nowhere', { steps: 3 })
    expect(await ended('run_nowhere')).toMatchObject({
      status: 'failed',
      error: { code: 'disk_full', message: expect.stringContaining(`the disk of ${place} is full.`) },
    })
    await makeRoom()
    hub.lease('run_again', { steps: 3 })
    expect(await ended('run_again')).toMatchObject({ status: 'finished' })
  })

  it('says during a run that the disk is full, and loses no event', async () => {
    const stepsOf = () =>
      eventsOf('run_full').flatMap(({ event }) =>
        event.type === 'metric' && event.axis === 'step' ? [event.position] : [],
      )
    hub.lease('run_full', { steps: 300, goTo: 5, checkpointEvery: 1000 })
    await until('five steps', () => stepsOf().includes(5))
    await letGo(home, 'run_full', 20)
    await until('twenty steps', () => stepsOf().includes(20))
    await fill()
    // In place: a new file has no room.
    const go = await open(join(home, 'runs/run_full/work/go'), 'r+')
    await go.write('200', 0)
    await go.close()
    const warning = await until('the warning', () =>
      eventsOf('run_full')
        .map(({ event }) => (event.type === 'log' ? event.text : ''))
        .find((text) => text.includes('is full')),
    )
    expect(warning).toBe(
      `The events of the run could not be written: the disk of ${place} is full. Free some space there, then try again. Until then the trainer waits as soon as too many events are in memory.`,
    )
    await makeRoom()
    await letGo(home, 'run_full', 300)
    expect(await ended('run_full')).toMatchObject({ status: 'finished' })
    expect(stepsOf()).toEqual(Array.from({ length: 300 }, (_, index) => index + 1))
  })
})
