import { createRun, getRun, getRunMetrics, listAgents, revokeAgent } from '@palate/core'
import { createWorkspaceFixture } from '@palate/core/testing'
import type { SpooledEvent, TrainerEvent } from '@palate/protocol'
import { describe, expect, it } from 'vitest'
import { connect, connectAgent, openAgent, postJson, type TestAgent } from './testing/agent'
import { startTestHub, until } from './testing/hub'

const test = await startTestHub()
const fixture = await createWorkspaceFixture(test.deps)

const events = (first: number, ...list: TrainerEvent[]): SpooledEvent[] =>
  list.map((event, index) => ({ seq: first + index, at: 1_700_000_000_000, event }))
const metric = (step: number, loss: number): TrainerEvent => ({
  type: 'metric',
  axis: 'step',
  position: step,
  time: 1_700_000_000 + step,
  values: { loss },
})
const end: TrainerEvent = { type: 'run-end', status: 'failed', results: {}, error: null }

async function lease(agent: TestAgent) {
  const run = await createRun(fixture.engineer, { kind: 'pretrain', config: { steps: 10 } })
  const got = await agent.lease('pretrain')
  expect(got.runId).toBe(run.id)
  return { ...got, send: (chunk: SpooledEvent[]) => agent.send(got, chunk) }
}

describe('an agent', () => {
  it('enrolls once with a code, says hello, and is online until its socket closes', async () => {
    const agent = await connectAgent(test.origin, fixture.owner)
    expect(await agent.hello()).toEqual({ agentId: agent.agentId, protocol: 1, keep: [], stop: [] })
    const status = async () =>
      (await listAgents(fixture.viewer)).find(({ id }) => id === agent.agentId)?.status
    expect(await status()).toBe('online')
    agent.socket.disconnect()
    await until(async () => (await status()) === 'offline')
    const again = await postJson(`${test.origin}/files/agents/enroll`, {
      code: 'pen_never-made',
      name: 'machine',
    })
    expect(again.status).toBe(401)
    expect(await again.json()).toMatchObject({
      error: { code: 'unauthenticated', message: expect.stringMatching(/enrollment code/) },
    })
  })

  it('leases a run, delivers its events once however often they are sent, and ends it', async () => {
    const agent = await connectAgent(test.origin, fixture.owner)
    await agent.hello()
    const { runId, attemptId, epoch, send } = await lease(agent)
    const start: TrainerEvent = { type: 'run-start', totalSteps: 10 }
    const chunk = events(1, start, metric(1, 3), metric(2, 2))
    expect(await send(chunk)).toEqual({ ackedSeq: 3, lost: false })
    expect(await send(chunk)).toEqual({ ackedSeq: 3, lost: false })
    expect(await send(events(3, metric(2, 9), metric(3, 1)))).toEqual({ ackedSeq: 4, lost: false })
    expect(await agent.ask('lease-renewal', { runId, attemptId, epoch })).toEqual({
      lost: false,
      cancel: false,
      stopAfterStep: null,
    })
    expect((await send(events(5, end))).ackedSeq).toBe(5)
    expect(await getRun(fixture.viewer, { id: runId })).toMatchObject({ status: 'failed' })
    expect((await getRunMetrics(fixture.viewer, { runId })).series).toEqual([
      {
        key: 'loss',
        axis: 'step',
        points: [
          [1, 3],
          [2, 2],
          [3, 1],
        ],
      },
    ])
    agent.socket.disconnect()
  })

  it('gets a lost lease as reply when it writes under an old epoch', async () => {
    const agent = await connectAgent(test.origin, fixture.owner)
    await agent.hello()
    const first = await lease(agent)
    // A hello that does not name the attempt gives it up; the run is leased again with the next epoch.
    await agent.hello({ running: [] })
    const second = await agent.lease('pretrain')
    expect(second).toMatchObject({ runId: first.runId, epoch: first.epoch + 1 })
    expect(await first.send(events(1, metric(1, 3)))).toMatchObject({ lost: true })
    const { runId, attemptId, epoch } = first
    expect(await agent.ask('lease-renewal', { runId, attemptId, epoch })).toMatchObject({ lost: true })
    const artifact = await fetch(`${test.origin}/files/artifacts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${first.token}`, 'tus-resumable': '1.0.0', 'upload-length': '1' },
    })
    expect(artifact.status).toBe(409)
    expect(await artifact.json()).toMatchObject({ error: { code: 'lease_lost' } })
    agent.socket.disconnect()
  })

  it('gets `work` when a run is queued', async () => {
    const agent = await connectAgent(test.origin, fixture.owner)
    await agent.hello()
    const heard = new Promise<void>((resolve) => agent.socket.once('work', () => resolve()))
    await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
    await heard
    agent.socket.disconnect()
  })

  it('gets an error for a message that does not match its schema, and stays connected', async () => {
    const agent = await connectAgent(test.origin, fixture.owner)
    expect(await agent.ask('run-lines', { runId: 1 })).toMatchObject({
      error: { code: 'invalid', message: expect.stringMatching(/^The request is not valid at runId: /) },
    })
    expect(await agent.hello({ protocol: { min: 1, max: 3 } })).toMatchObject({ protocol: 1 })
    expect(await agent.ask('hello', { nonsense: true })).toMatchObject({ error: { code: 'invalid' } })
    expect(agent.socket.connected).toBe(true)
    agent.socket.disconnect()
  })

  it('is disconnected when it is revoked, and cannot connect again', async () => {
    const agent = await connectAgent(test.origin, fixture.owner)
    await agent.hello()
    const gone = new Promise((resolve) => agent.socket.once('disconnect', resolve))
    await revokeAgent(fixture.owner, { id: agent.agentId })
    await gone
    await expect(openAgent(test.origin, agent.agentId, agent.credential)).rejects.toThrow(/revoked/)
    const refused = new Promise<Error>((resolve) =>
      connect(`${test.origin}/agent`, {}).once('connect_error', resolve),
    )
    expect((await refused).message).toMatch(/not enrolled/)
  })

  it('replaces its older socket when it reconnects before that one has closed', async () => {
    const agent = await connectAgent(test.origin, fixture.owner)
    await agent.hello()
    const again = await openAgent(test.origin, agent.agentId, agent.credential)
    const gone = new Promise((resolve) => agent.socket.once('disconnect', resolve))
    await again.hello()
    await gone
    const [found] = (await listAgents(fixture.viewer)).filter(({ id }) => id === agent.agentId)
    expect(found?.status).toBe('online')
    again.socket.disconnect()
  })
})
