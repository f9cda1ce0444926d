import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HardwareReport, type LeaseRequest, type TrainerEvent } from '@palate/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Agent } from './agent'
import { letGo, removeHome, startAgent, temporaryHome, trainerPids, until } from './testing/agent'
import { twoCards } from './testing/graphics-cards'
import { TestHub } from './testing/test-hub'

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

const eventsOf = (runId: string): TrainerEvent[] =>
  hub.attemptsOf(runId).flatMap(({ events }) => events.map(({ event }) => event))
const logsOf = (runId: string) =>
  eventsOf(runId).flatMap((event) => (event.type === 'log' ? [event.text] : []))
const requests = () =>
  hub.received.flatMap(({ event, payload }) => (event === 'lease-request' ? [payload as LeaseRequest] : []))

describe('an agent with two GPUs', () => {
  beforeEach(async () => {
    agent = await startAgent(hub.url, home, { sampleEveryMs: 300 }, { PATH: await twoCards(home) })
  })

  it('trains on both at the same time, and does not ask for a third run', async () => {
    for (const runId of ['run_1', 'run_2', 'run_3']) hub.lease(runId, { steps: 6, goTo: 3 })
    await until('two beginnings', () => hub.attempts.size === 2 && requests().length >= 2)
    await until('both to train', () => eventsOf('run_1').length > 2 && eventsOf('run_2').length > 2)
    expect(hub.queue).toHaveLength(1)
    expect(hub.hellos[0]?.hardware.gpus.map(({ uuid }) => uuid)).toEqual(['GPU-a', 'GPU-b'])
    // It may have asked before a run was queued; with one lease it asks for the other GPU, then no more.
    const asked = requests().map(({ freeGpus, holding }) => ({ freeGpus, holding }))
    expect(asked[0]).toEqual({ freeGpus: ['GPU-a', 'GPU-b'], holding: [] })
    expect(asked.at(-1)).toEqual({ freeGpus: ['GPU-b'], holding: ['att_1_1'] })
    for (const runId of ['run_1', 'run_2']) await letGo(home, runId, 6)
    await until('the third to train', () => eventsOf('run_3').length > 2)
    await letGo(home, 'run_3', 6)
    await until('the third', () => hub.endOf('run_3'))
    expect(hub.endOf('run_1')).toMatchObject({ status: 'finished', error: null })
  })

  it('shows a trainer only the GPUs of its lease', async () => {
    const wished = hub.lease('run_w', { behavior: 'environment' })
    wished.gpus.push('GPU-b')
    await until('the end', () => hub.endOf('run_w'))
    expect(logsOf('run_w').at(-1)).toBe('GPU-b')
    hub.lease('run_v', { behavior: 'environment' })
    await until('the end', () => hub.endOf('run_v'))
    expect(logsOf('run_v').at(-1)).toBe('GPU-a')
  })

  it('reports its GPUs to the hub, and in the metrics of the runs on them', async () => {
    const lease = hub.lease('run_h', { steps: 4, goTo: 2 })
    lease.gpus.push('GPU-a')
    const system = () =>
      eventsOf('run_h').flatMap((event) =>
        event.type === 'metric' && event.axis === 'seconds' ? [event.values] : [],
      )
    await until('two looks at the machine', () => system().length > 1)
    await letGo(home, 'run_h', 4)
    await until('the end', () => hub.endOf('run_h'))
    const reports = hub.received.filter(({ event }) => event === 'hardware')
    const { sample } = HardwareReport.parse(reports.at(-1)?.payload)
    expect(sample.gpus).toMatchObject([
      { uuid: 'GPU-a', utilization: 0.87, temperatureC: 61, powerWatts: 70.25 },
      { uuid: 'GPU-b', utilization: null, powerWatts: null },
    ])
    expect(system()[0]).toMatchObject({ 'system/gpu.0/utilization': 0.87, 'system/gpu.0/memory': 0.5 })
    expect(Object.keys(system()[0] ?? {}).some((key) => key.startsWith('system/gpu.1'))).toBe(false)
    expect(Object.keys(system()[0] ?? {})).toContain('system/memory')
    expect(eventsOf('run_h').at(-1)?.type).toBe('run-end')
  })
})

it('an agent changes its credential on request, and continues with the new one', async () => {
  agent = await startAgent(hub.url, home)
  await until('its hello', () => hub.hellos.length > 0 && requests().length > 0)
  hub.push('rotate', {})
  hub.push('rotate', {})
  await until('a hello under the new one', () => !hub.credentials.has('credential-1'))
  expect(JSON.parse(await readFile(join(home, 'credential.json'), 'utf8'))).toMatchObject({
    agentId: 'agent_1',
    credential: 'credential-2',
  })
  // Of two concurrent requests the hub accepts the second, whose reply could be lost.
  expect(hub.received.filter(({ event }) => event === 'rotate-credential')).toHaveLength(1)
  hub.lease('run_n', { steps: 2 })
  expect(await until('the end', () => hub.endOf('run_n'))).toMatchObject({ status: 'finished' })
})

it('an agent whose new credential is not accepted reconnects with the former one', async () => {
  hub.rotatesTo = 'credential-of-a-late-answer'
  agent = await startAgent(hub.url, home)
  await until('its hello', () => hub.hellos.length > 0)
  hub.push('rotate', {})
  await until('a hello after it was refused', () => hub.hellos.length > 1)
  const kept = async () => JSON.parse(await readFile(join(home, 'credential.json'), 'utf8'))
  expect(await kept()).toMatchObject({ credential: 'credential-2', former: 'credential-1' })
  await agent.stop()
  agent = await startAgent(hub.url, home)
  await until('a hello after its restart', () => hub.hellos.length > 2)
  hub.rotatesTo = 'credential-2'
  hub.push('rotate', {})
  await until('a hello under the new one', () => !hub.credentials.has('credential-1'))
  await until('the former one is forgotten', async () => !('former' in (await kept())))
  expect(await kept()).toMatchObject({ agentId: 'agent_1', credential: 'credential-2' })
})

it('an agent that was revoked stops its runs', async () => {
  agent = await startAgent(hub.url, home)
  hub.lease('run_r', { steps: 6, goTo: 3 })
  await until('it to train', () => eventsOf('run_r').length > 2)
  const alive = async () => (await trainerPids(home, 'run_r')).alive.length
  expect(await alive()).toBe(1)
  hub.credentials.clear()
  for (const socket of hub.sockets.values()) socket.disconnect(true)
  await until('the trainer to be gone', async () => (await alive()) === 0)
  expect(hub.endOf('run_r')).toBeNull()
})

it('an agent without a GPU reports none', async () => {
  agent = await startAgent(hub.url, home, {}, { CUDA_VISIBLE_DEVICES: '' })
  await until('its hello', () => hub.hellos.length > 0 && requests().length > 0)
  expect(hub.hellos[0]?.hardware.gpus).toEqual([])
  expect(requests()[0]).toMatchObject({ freeGpus: [], holding: [] })
})
