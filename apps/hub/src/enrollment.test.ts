import { createRun, expireLeases, listAgents, readGauges, requestRotation, revokeAgent } from '@palate/core'
import { createWorkspaceFixture } from '@palate/core/testing'
import { RotateReply, type SpooledEvent } from '@palate/protocol'
import type { Socket } from 'socket.io-client'
import { describe, expect, it } from 'vitest'
import { connectAgent, openAgent, type TestAgent } from './testing/agent'
import { startTestHub, until } from './testing/hub'

const test = await startTestHub()

const heard = (socket: Socket, event: string) =>
  new Promise<unknown>((resolve) => socket.once(event, resolve))

async function lease(agent: TestAgent) {
  const got = await agent.lease('pretrain')
  const { runId, attemptId, epoch, token, inputs } = got
  return { ref: { runId, attemptId, epoch }, token, input: inputs[0]?.path ?? '' }
}

/** What an attempt may do over HTTP: fetch an input, begin to upload a file. */
async function tryFiles({ token, input }: { token: string; input: string }): Promise<number[]> {
  const authorization = `Bearer ${token}`
  const got = await fetch(test.origin + input, { headers: { authorization } })
  const metadata = { path: 'model.gguf', role: 'gguf', sha256: '0'.repeat(64) }
  const begun = await fetch(`${test.origin}/files/artifacts`, {
    method: 'POST',
    headers: {
      ...{ authorization, 'tus-resumable': '1.0.0', 'upload-length': '1' },
      'upload-metadata': Object.entries(metadata)
        .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
        .join(','),
    },
  })
  await Promise.all([got.arrayBuffer(), begun.arrayBuffer()])
  return [got.status, begun.status]
}

const log: SpooledEvent = { seq: 1, at: 0, event: { type: 'log', level: 'info', text: 'x' } }

describe('revoking', () => {
  it('closes every socket of the agent, also one without a hello, and ends the tickets of its attempt', async () => {
    const fixture = await createWorkspaceFixture(test.deps)
    const agent = await connectAgent(test.origin, fixture.owner)
    const silent = await openAgent(test.origin, agent.agentId, agent.credential)
    await agent.hello()
    await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
    const held = await lease(agent)
    expect(await tryFiles(held)).toEqual([200, 201])
    const gone = Promise.all([heard(agent.socket, 'disconnect'), heard(silent.socket, 'disconnect')])
    await revokeAgent(fixture.owner, { id: agent.agentId })
    await gone
    expect(await tryFiles(held)).toEqual([404, 409])
    await expect(openAgent(test.origin, agent.agentId, agent.credential)).rejects.toThrow(/revoked/)
  })

  it('takes effect even when its notice was lost', async () => {
    const fixture = await createWorkspaceFixture(test.deps)
    const agent = await connectAgent(test.origin, fixture.owner)
    await agent.hello()
    const gone = heard(agent.socket, 'disconnect')
    await test.deps.owner`update agent set revoked_at = now() where id = ${agent.agentId}`
    const ended = await test.deps.owner`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query ilike 'listen %'`
    expect(ended.length).toBeGreaterThan(0)
    await gone
  })

  it('does not affect other agents', async () => {
    const fixture = await createWorkspaceFixture(test.deps)
    const [one, two] = [
      await connectAgent(test.origin, fixture.owner),
      await connectAgent(test.origin, fixture.owner),
    ]
    for (const agent of [one, two]) await agent.hello()
    const gone = heard(one.socket, 'disconnect')
    await revokeAgent(fixture.owner, { id: one.agentId })
    await gone
    expect(two.socket.connected).toBe(true)
    expect(await two.ask('lease-request', { kinds: ['pretrain'], freeGpus: [], holding: [] })).toBeNull()
  })
})

describe('a new credential', () => {
  it('is requested by an owner, and the first hello with it closes the sockets of the old one', async () => {
    const fixture = await createWorkspaceFixture(test.deps)
    const agent = await connectAgent(test.origin, fixture.owner)
    await agent.hello()
    expect(await agent.ask('rotate-credential', {})).toMatchObject({ error: { code: 'conflict' } })
    const asked = heard(agent.socket, 'rotate')
    await requestRotation(fixture.owner, { id: agent.agentId })
    await asked
    const { credential } = RotateReply.parse(await agent.ask('rotate-credential', {}))
    expect(agent.socket.connected).toBe(true)
    const spare = await openAgent(test.origin, agent.agentId, agent.credential)
    const gone = Promise.all([heard(agent.socket, 'disconnect'), heard(spare.socket, 'disconnect')])
    const renewed = await openAgent(test.origin, agent.agentId, credential)
    await renewed.hello()
    await gone
    expect(renewed.socket.connected).toBe(true)
    await expect(openAgent(test.origin, agent.agentId, agent.credential)).rejects.toThrow(/not enrolled/)
    await until(async () => (await listAgents(fixture.viewer))[0]?.status === 'online')
  })

  it('is requested from an agent that was offline after its next hello', async () => {
    const fixture = await createWorkspaceFixture(test.deps)
    const agent = await connectAgent(test.origin, fixture.owner)
    await requestRotation(fixture.owner, { id: agent.agentId })
    const asked = heard(agent.socket, 'rotate')
    await agent.hello()
    await asked
  })
})

describe('an attempt that lost its lease', () => {
  it('is refused wherever it reads or writes, and does not disturb the attempt that follows', async () => {
    const fixture = await createWorkspaceFixture(test.deps)
    const sleeper = await connectAgent(test.origin, fixture.owner)
    const next = await connectAgent(test.origin, fixture.owner)
    for (const agent of [sleeper, next]) await agent.hello()
    await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
    const old = await lease(sleeper)
    expect(await tryFiles(old)).toEqual([200, 201])
    test.deps.advance(test.deps.leaseMs + 1)
    expect(await expireLeases(test.deps)).toBe(1)
    const current = await lease(next)
    expect(current.ref).toMatchObject({ runId: old.ref.runId, epoch: old.ref.epoch + 1 })
    expect(await sleeper.ask('lease-renewal', old.ref)).toEqual({
      lost: true,
      cancel: false,
      stopAfterStep: null,
    })
    expect(await sleeper.send(old.ref, [log])).toMatchObject({ lost: true })
    expect(await tryFiles(old)).toEqual([404, 409])
    // Also with the new epoch or the new attempt: they belong to another agent.
    for (const ref of [{ ...old.ref, epoch: current.ref.epoch }, current.ref]) {
      expect(await sleeper.ask('lease-renewal', ref)).toEqual({
        lost: true,
        cancel: false,
        stopAfterStep: null,
      })
      expect(await sleeper.send(ref, [log])).toMatchObject({ lost: true })
    }
    expect(await sleeper.hello({ running: [{ ...old.ref, lastSeq: 7 }] })).toMatchObject({
      ...{ keep: [], stop: [old.ref.attemptId] },
    })
    expect(await next.ask('lease-renewal', current.ref)).toEqual({
      lost: false,
      cancel: false,
      stopAfterStep: null,
    })
    expect(await next.send(current.ref, [log])).toEqual({ ackedSeq: 1, lost: false })
    expect(await tryFiles(current)).toEqual([200, 201])
  })
})

it('an agent with another protocol gets an error that names the version it needs, before the rest is read', async () => {
  const fixture = await createWorkspaceFixture(test.deps)
  const agent = await connectAgent(test.origin, fixture.owner)
  const ancient = { protocol: { min: 0, max: 0 }, version: '0.0.3', gpus: 'one' }
  expect(await agent.ask('hello', ancient)).toMatchObject({
    error: { code: 'invalid', remedy: 'Update the agent to version 0.1.0 or newer.' },
  })
  expect(await listAgents(fixture.viewer)).toMatchObject([{ update: { who: 'agent' }, version: '0.0.3' }])
})

it('records hardware samples at most every few seconds, and draining', async () => {
  const fixture = await createWorkspaceFixture(test.deps)
  const agent = await connectAgent(test.origin, fixture.owner)
  await agent.hello()
  const sample = {
    ...{ at: 1, cpu: 0.25, memoryUsedBytes: 1, memoryTotalBytes: 2, diskFreeBytes: null },
    ...{ diskTotalBytes: null, gpus: [] },
  }
  agent.socket.emit('hardware', { sample: 'nonsense' })
  agent.socket.emit('hardware', { sample })
  agent.socket.emit('hardware', { sample: { ...sample, at: 2 } })
  expect(await until(async () => (await readGauges(fixture.viewer))[0])).toEqual({
    id: agent.agentId,
    sample,
  })
  expect(await agent.ask('drain', { draining: true })).toBeNull()
  expect(await listAgents(fixture.viewer)).toMatchObject([{ draining: true, status: 'online' }])
  expect(await readGauges(fixture.viewer)).toEqual([{ id: agent.agentId, sample }])
})
