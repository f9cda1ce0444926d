import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Agent } from '../../agent'
import { letGo, removeHome, startAgent, temporaryHome, until } from '../../testing/agent'
import { TestHub } from '../../testing/test-hub'

let hub: TestHub
let home: string
let agent: Agent
beforeEach(async () => {
  hub = await TestHub.start()
  home = await temporaryHome()
})
afterEach(async () => {
  await agent.stop()
  await hub.stop()
  await removeHome(home)
})

const stored = (runId: string) => hub.attemptsOf(runId).flatMap(({ events }) => events)
const steps = (runId: string) =>
  stored(runId).flatMap(({ event }) => (event.type === 'metric' ? [event.position] : []))
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

describe('delivery', () => {
  it('loses and repeats no event when connections break before and after the hub has stored a chunk', async () => {
    let chunkes = 0
    hub.beforeAck = (_chunk, socket) => {
      chunkes += 1
      if (chunkes % 4 === 1) socket.disconnect(true)
    }
    hub.afterStore = (_chunk, socket) => {
      if (chunkes % 4 === 3) socket.disconnect(true)
    }
    hub.lease('run_d', { steps: 150, checkpointEvery: 1000, goTo: 25 })
    agent = await startAgent(hub.url, home)
    for (let step = 25; step < 150; step += 25) {
      await until(`step ${step}`, () => steps('run_d').includes(step))
      await letGo(home, 'run_d', step + 25)
    }
    await until('the end', () => hub.endOf('run_d'))
    expect(chunkes).toBeGreaterThan(5)
    expect(steps('run_d')).toEqual(upTo(150))
    expect(stored('run_d').map(({ seq }) => seq)).toEqual(upTo(stored('run_d').length))
    expect(hub.attemptsOf('run_d')).toHaveLength(1)
  })

  it('trains without a hub and delivers in chunks of at most a thousand afterwards', async () => {
    const sizes: number[] = []
    hub.beforeAck = (chunk, socket) => {
      if (sizes.length === 0 && chunk.events.length < 900) socket.disconnect(true)
      else sizes.push(chunk.events.length)
    }
    hub.lease('run_m', { steps: 3000, checkpointEvery: 10_000 })
    agent = await startAgent(hub.url, home)
    await until('the end', () => hub.endOf('run_m'))
    expect(steps('run_m')).toEqual(upTo(3000))
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1000)
  })

  it('sends again what the hub did not ack', async () => {
    let replies = 0
    hub.afterStore = (chunk) => {
      replies += 1
      const attempt = hub.attempts.get(chunk.attemptId)
      // The hub stores a chunk and acks an older watermark.
      if (replies === 2 && attempt) attempt.events.splice(-1)
    }
    hub.lease('run_y', { steps: 40, goTo: 20 })
    agent = await startAgent(hub.url, home)
    await until('the first half', () => steps('run_y').includes(20))
    await letGo(home, 'run_y', 40)
    await until('the end', () => hub.endOf('run_y'))
    expect(replies).toBeGreaterThan(2)
    expect(steps('run_y')).toEqual(upTo(40))
  })

  it('renews the lease during a run', async () => {
    hub.lease('run_n', { steps: 4, goTo: 2 })
    agent = await startAgent(hub.url, home)
    const renewals = () => hub.received.filter(({ event }) => event === 'lease-renewal').length
    await until('two renewals', () => renewals() > 1)
    await letGo(home, 'run_n', 4)
    expect(await until('the end', () => hub.endOf('run_n'))).toMatchObject({ status: 'finished' })
  })

  it('stops an attempt whose lease the hub reports as lost', async () => {
    hub.lease('run_z', { steps: 10_000, stepSeconds: 0.05 })
    agent = await startAgent(hub.url, home, { renewEveryMs: 60_000 })
    await until('a metric', () => steps('run_z').length)
    const attempt = hub.attemptsOf('run_z')[0]
    if (attempt) attempt.lost = true
    for (const socket of hub.sockets.values()) socket.disconnect(true)
    await until('a hello without it', () => hub.hellos.length > 1)
    hub.lease('run_next', { steps: 1 })
    expect(await until('the next run', () => hub.endOf('run_next'))).toMatchObject({ status: 'finished' })
    expect(hub.endOf('run_z')).toBeNull()
  })
})
