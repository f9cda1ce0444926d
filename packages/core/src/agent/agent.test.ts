import { agent, enrollmentCode } from '@palate/db'
import type { AgentHello } from '@palate/protocol'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { ZodError } from 'zod'
import { cancelRun } from '../run/cancel'
import { claimRun } from '../run/claim'
import { createRun } from '../run/create'
import { getRun } from '../run/read'
import { createAgent, createTestDeps, createWorkspaceFixture, recordEvents, requestWork } from '../testing'
import { resolveAgent } from './credential'
import { createEnrollmentCode, enrollAgent } from './enroll'
import { helloAgent } from './hello'
import { listAgents } from './list'
import { disconnectAgent, recordHardware, touchAgent } from './presence'
import { revokeAgent } from './revoke'

const deps = await createTestDeps()
const hello: AgentHello = {
  protocol: { min: 1, max: 1 },
  version: '0.1.0',
  labels: ['local'],
  kinds: ['pretrain', 'dpo', 'generate'],
  hardware: { hostname: 'machine', cpuModel: 'x', cpuCores: 2, memoryBytes: 8e9, gpus: [] },
  running: [],
  serving: true,
  draining: false,
}

test('a code enrolls one agent, also when two machines use it at once', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { code, expiresAt } = await createEnrollmentCode(fixture.owner)
  expect(expiresAt.getTime() - deps.now().getTime()).toBe(15 * 60_000)
  const [row] = await deps.all
    .select()
    .from(enrollmentCode)
    .where(eq(enrollmentCode.workspaceId, fixture.workspaceId))
  expect(JSON.stringify(row)).not.toContain(code)
  const tries = await Promise.allSettled(
    ['one', 'two', 'three'].map((name) => enrollAgent(deps, { code, name })),
  )
  const enrolled = tries.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  expect(enrolled).toHaveLength(1)
  await expect(enrollAgent(deps, { code, name: 'later' })).rejects.toMatchObject({ code: 'unauthenticated' })
  const [made] = enrolled
  expect(await resolveAgent(deps, made?.credential ?? '')).toMatchObject({
    agentId: made?.agentId,
    workspaceId: fixture.workspaceId,
  })
  await expect(resolveAgent(deps, 'pag_guess')).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('a code is valid for 15 minutes', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { code } = await createEnrollmentCode(fixture.owner)
  deps.advance(15 * 60_000)
  await expect(enrollAgent(deps, { code, name: 'late' })).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('an agent is online while it is connected and sends messages', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { code } = await createEnrollmentCode(fixture.owner)
  const { credential } = await enrollAgent(deps, { code, name: 'oven' })
  const oven = await resolveAgent(deps, credential)
  const status = async () => (await listAgents(fixture.viewer))[0]?.status
  expect(await status()).toBe('offline')
  await helloAgent(oven, hello)
  expect(await listAgents(fixture.viewer)).toMatchObject([
    {
      name: 'oven',
      status: 'online',
      serving: true,
      kinds: hello.kinds,
      hardware: { cpuCores: 2 },
    },
  ])
  deps.advance(61_000)
  expect(await status()).toBe('offline')
  expect(await touchAgent(oven)).toBe(true)
  expect(await status()).toBe('online')
  // It has connected to another hub before the first one notices the closed socket.
  const before = deps.now()
  deps.advance(1000)
  await helloAgent(oven, hello)
  await disconnectAgent(oven, before)
  expect(await status()).toBe('online')
  await disconnectAgent(oven, deps.now())
  expect(await status()).toBe('offline')
})

/** A run that an agent has just leased. */
async function leased() {
  const fixture = await createWorkspaceFixture(deps)
  const { id } = await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  const machine = await createAgent(deps, fixture.workspaceId)
  const lease = await claimRun(machine, requestWork(['pretrain']))
  if (!lease) throw new Error('no lease')
  return { fixture, id, machine, ...lease }
}

test('hello keeps an attempt whose end is recorded but not acknowledged, unless the agent has more events of it', async () => {
  const { fixture, id, machine, runId, attemptId, epoch } = await leased()
  const error = { code: 'out_of_memory' as const, message: 'Memory ran out.', remedy: '' }
  const event = { type: 'run-end', status: 'failed', results: {}, error } as const
  await recordEvents(machine, { runId, attemptId, epoch, events: [{ seq: 1, at: 0, event }] })
  const said = async (mine: { lastSeq: number; epoch?: number }, by = machine) => {
    const { keep, stop } = await helloAgent(by, { ...hello, running: [{ runId, attemptId, epoch, ...mine }] })
    return { keep, stop }
  }
  const kept = { keep: [{ attemptId, ackedSeq: 1, cancel: false, stopAfterStep: null }], stop: [] }
  const stopped = { keep: [], stop: [attemptId] }
  expect(await said({ lastSeq: 1 })).toEqual(kept)
  expect(await said({ lastSeq: 2 })).toEqual(stopped)
  expect(await said({ lastSeq: 1, epoch: 2 })).toEqual(stopped)
  const stranger = await createAgent(deps, fixture.workspaceId, 'stranger')
  expect(await said({ lastSeq: 1 }, stranger)).toEqual(stopped)
  expect((await getRun(fixture.viewer, { id })).status).toBe('failed')
})

test('impossible values, and those that PostgreSQL cannot store, are refused with a sentence before anything is written', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const machine = await createAgent(deps, fixture.workspaceId)
  const card = { uuid: 'x', name: 'x', memoryBytes: 1, driver: '1' }
  const bad = [
    { labels: ['a\u0000b'] },
    { labels: ['x'.repeat(61)] },
    { labels: Array.from({ length: 21 }, (_, index) => `label-${index}`) },
    { kinds: Array.from({ length: 257 }, () => 'pretrain') },
    { hardware: { ...hello.hardware, gpus: Array.from({ length: 257 }, () => card) } },
    { hardware: { ...hello.hardware, hostname: 'half \ud800' } },
    { running: Array.from({ length: 257 }, () => ({ runId: 'r', attemptId: 'a', epoch: 1, lastSeq: 0 })) },
  ]
  for (const part of bad)
    await expect(helloAgent(machine, { ...hello, ...part }), Object.keys(part)[0]).rejects.toBeInstanceOf(
      ZodError,
    )
  const sample = {
    at: 1,
    cpu: 0,
    memoryUsedBytes: 0,
    memoryTotalBytes: 0,
    diskFreeBytes: 0,
    diskTotalBytes: 0,
  }
  const gpu = { utilization: 0, memoryUsedBytes: 0, memoryTotalBytes: 0, temperatureC: 0, powerWatts: 0 }
  for (const gpus of [
    [{ ...gpu, uuid: 'a\u0000' }],
    Array.from({ length: 257 }, () => ({ ...gpu, uuid: 'a' })),
  ])
    await expect(recordHardware(machine, { sample: { ...sample, gpus } })).rejects.toBeInstanceOf(ZodError)
  expect((await listAgents(fixture.viewer)).find(({ id }) => id === machine.agentId)).toMatchObject({
    labels: [],
  })
})

test('hello keeps attempts with a lease, stops others, and releases those that the agent does not run', async () => {
  const { fixture, id, machine, runId, attemptId, epoch } = await leased()
  const event = { type: 'log', level: 'info', text: 'x' } as const
  await recordEvents(machine, { runId, attemptId, epoch, events: [{ seq: 1, at: 0, event }] })
  await cancelRun(fixture.engineer, { id })
  const mine = { runId, attemptId, epoch, lastSeq: 4 }
  const foreign = { runId: 'run_x', attemptId: 'att_x', epoch: 1, lastSeq: 0 }
  expect(await helloAgent(machine, { ...hello, running: [mine, foreign] })).toEqual({
    agentId: machine.agentId,
    protocol: 1,
    keep: [{ attemptId, ackedSeq: 1, cancel: true, stopAfterStep: null }],
    stop: ['att_x'],
  })
  expect(await helloAgent(machine, { ...hello, running: [{ ...mine, epoch: 2 }] })).toMatchObject({
    keep: [],
    stop: [attemptId],
  })
  expect(await getRun(fixture.viewer, { id })).toMatchObject({
    status: 'canceled',
    attempts: [{ status: 'lost' }],
  })
})

test('an agent that reconnects without its attempt after a crash gets its run again', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { id } = await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  const machine = await createAgent(deps, fixture.workspaceId)
  await claimRun(machine, requestWork(['pretrain']))
  expect(await helloAgent(machine, hello)).toMatchObject({ keep: [], stop: [] })
  expect(await getRun(fixture.viewer, { id })).toMatchObject({ status: 'queued' })
  expect(await claimRun(machine, requestWork(['pretrain']))).toMatchObject({ runId: id, epoch: 2 })
})

test('an agent with another protocol gets an error that names the side to update', async () => {
  const machine = await createAgent(deps, (await createWorkspaceFixture(deps)).workspaceId)
  const newer = { ...hello, protocol: { min: 2, max: 3 } }
  await expect(helloAgent(machine, newer)).rejects.toMatchObject({
    code: 'invalid',
    remedy: 'Update the hub.',
  })
})

test('a revoked agent is disconnected at once, and its run goes to another', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { id } = await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  const { code } = await createEnrollmentCode(fixture.owner)
  const { credential, agentId } = await enrollAgent(deps, { code, name: 'old' })
  const old = await resolveAgent(deps, credential)
  await claimRun(old, requestWork(['pretrain']))
  await revokeAgent(fixture.owner, { id: agentId })
  await revokeAgent(fixture.owner, { id: agentId })
  await expect(resolveAgent(deps, credential)).rejects.toMatchObject({ code: 'unauthenticated' })
  await expect(claimRun(old, requestWork(['pretrain']))).rejects.toMatchObject({ code: 'unauthenticated' })
  expect(await touchAgent(old)).toBe(false)
  expect(await listAgents(fixture.viewer)).toMatchObject([{ status: 'revoked', currentRun: null }])
  const next = await createAgent(deps, fixture.workspaceId)
  expect(await claimRun(next, requestWork(['pretrain']))).toMatchObject({ runId: id, epoch: 2 })
})

test('only an owner can enroll and revoke, and only in the own workspace', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const stranger = (await createWorkspaceFixture(deps)).owner
  const machine = await createAgent(deps, fixture.workspaceId)
  for (const role of ['viewer', 'labeler', 'engineer'] as const) {
    await expect(createEnrollmentCode(fixture[role])).rejects.toMatchObject({ code: 'forbidden' })
    await expect(revokeAgent(fixture[role], { id: machine.agentId })).rejects.toMatchObject({
      code: 'forbidden',
    })
  }
  await expect(revokeAgent(stranger, { id: machine.agentId })).rejects.toMatchObject({ code: 'not_found' })
  expect(await listAgents(stranger)).toEqual([])
  const [row] = await deps.all.select().from(agent).where(eq(agent.id, machine.agentId))
  expect(row?.revokedAt).toBeNull()
})
