import { agent, attempt } from '@palate/db'
import type { AgentHello, HardwareSample } from '@palate/protocol'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { getOverview } from '../overview/get'
import { claimRun } from '../run/claim'
import { getRun } from '../run/read'
import {
  createMachine,
  createTestDeps,
  createWorkspaceFixture,
  hardwareWith,
  queueRun,
  recordEvents,
  requestWork,
} from '../testing'
import { createProbe } from './create-probe'
import {
  isStillEnrolled,
  mayServeObject,
  requestRotation,
  resolveAgent,
  rotateCredential,
} from './credential'
import { createEnrollmentCode, enrollAgent } from './enroll'
import { helloAgent } from './hello'
import { listAgents, readGauges } from './list'
import { drainAgent, recordHardware, touchAgent } from './presence'
import { revokeAgent } from './revoke'

const deps = await createTestDeps()
const hello: AgentHello = {
  ...{ protocol: { min: 1, max: 1 }, version: '0.1.0', labels: [], kinds: ['pretrain', 'probe'] },
  ...{ hardware: hardwareWith([]), running: [], serving: true, draining: false },
}

async function enroll(fixture: Awaited<ReturnType<typeof createWorkspaceFixture>>, name = 'oven') {
  const { code } = await createEnrollmentCode(fixture.owner)
  return enrollAgent(deps, { code, name })
}
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'OK',
    (error: { code: string }) => error.code,
  )

test('a credential is changed on request; the old one is valid until the first hello with the new one', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { agentId, credential } = await enroll(fixture)
  const old = await resolveAgent(deps, credential)
  await helloAgent(old, hello)
  expect(await codeOf(rotateCredential(old))).toBe('conflict')
  await requestRotation(fixture.owner, { id: agentId })
  expect((await listAgents(fixture.viewer))[0]).toMatchObject({ rotating: true, status: 'online' })

  const lost = await rotateCredential(old)
  const { credential: fresh } = await rotateCredential(old)
  expect(await codeOf(resolveAgent(deps, lost.credential))).toBe('unauthenticated')
  const [row] = await deps.all.select().from(agent).where(eq(agent.id, agentId))
  for (const secret of [credential, fresh]) expect(JSON.stringify(row)).not.toContain(secret)

  const renewed = await resolveAgent(deps, fresh)
  expect(renewed.agentId).toBe(agentId)
  await helloAgent(await resolveAgent(deps, credential), hello)
  expect(await touchAgent(old)).toBe(true)

  await helloAgent(renewed, hello)
  expect(await codeOf(resolveAgent(deps, credential))).toBe('unauthenticated')
  expect([await isStillEnrolled(old), await touchAgent(old)]).toEqual([false, false])
  expect([await isStillEnrolled(renewed), await touchAgent(renewed)]).toEqual([true, true])
  expect((await listAgents(fixture.viewer))[0]).toMatchObject({ rotating: false })
  expect(await codeOf(rotateCredential(renewed))).toBe('conflict')
})

test('the tickets of a revoked agent give access to nothing', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { agentId, credential } = await enroll(fixture)
  const oven = await resolveAgent(deps, credential)
  await helloAgent(oven, hello)
  await requestRotation(fixture.owner, { id: agentId })
  const { credential: fresh } = await rotateCredential(oven)
  const sha256 = 'a'.repeat(64)
  const ticket = { workspaceId: fixture.workspaceId, agentId, objects: [sha256] }
  expect(await mayServeObject(deps, ticket, sha256)).toBe(true)
  expect(await mayServeObject(deps, ticket, 'b'.repeat(64))).toBe(false)
  await revokeAgent(fixture.owner, { id: agentId })
  expect(await mayServeObject(deps, ticket, sha256)).toBe(false)
  expect(await isStillEnrolled(oven)).toBe(false)
  const tries = [
    () => resolveAgent(deps, credential),
    () => resolveAgent(deps, fresh),
    () => helloAgent(oven, hello),
    () => rotateCredential(oven),
    () => drainAgent(oven, { draining: true }),
    () => claimRun(oven, requestWork(['pretrain'])),
  ]
  for (const tried of tries) expect(await codeOf(tried())).toBe('unauthenticated')
  expect(await codeOf(requestRotation(fixture.owner, { id: agentId }))).toBe('conflict')
  expect(await codeOf(createProbe(fixture.engineer, { id: agentId }))).toBe('conflict')
})

test('an outdated agent gets the version that it needs, and its page shows it', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { agentId, credential } = await enroll(fixture)
  const oven = await resolveAgent(deps, credential)
  const ancient = { protocol: { min: 0, max: 0 }, version: '0.0.3' }
  await expect(helloAgent(oven, ancient)).rejects.toMatchObject({
    code: 'invalid',
    message: 'The agent (version 0.0.3) supports protocol 0; this hub supports protocol 1.',
    remedy: 'Update the agent to version 0.1.0 or newer.',
  })
  expect(await listAgents(fixture.viewer)).toMatchObject([
    { id: agentId, status: 'offline', version: '0.0.3', update: { who: 'agent', needed: '0.1.0' } },
  ])
  const needs = async () => (await getOverview(fixture.viewer)).needs.map(({ title }) => title)
  expect(await needs()).toContain('oven must be updated')
  await helloAgent(oven, hello)
  expect(await needs()).not.toContain('oven must be updated')
  expect(await listAgents(fixture.viewer)).toMatchObject([{ status: 'online', update: null }])
})

test('a draining agent keeps its attempts and gets no new ones until it stops draining', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const oven = await resolveAgent(deps, (await enroll(fixture)).credential)
  await helloAgent(oven, hello)
  const first = await queueRun(deps, fixture.workspaceId)
  const lease = await claimRun(oven, requestWork(['pretrain']))
  await drainAgent(oven, { draining: true })
  expect(await listAgents(fixture.viewer)).toMatchObject([
    { draining: true, slots: [{ id: first.id, gpus: [] }], currentRun: { id: first.id } },
  ])
  await deps.all
    .update(attempt)
    .set({ status: 'finished' })
    .where(eq(attempt.id, lease?.attemptId ?? ''))
  const { id } = await queueRun(deps, fixture.workspaceId)
  expect(await claimRun(oven, requestWork(['pretrain']))).toBeNull()
  expect((await getRun(fixture.viewer, { id })).waitingBecause).toMatch(/draining/)
  await drainAgent(oven, { draining: false })
  expect(await claimRun(oven, requestWork(['pretrain']))).toMatchObject({ runId: id })
})

test('the newest hardware sample is stored with the agent, and shown while it is online', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const machine = await createMachine(deps, fixture.workspaceId)
  const sample: HardwareSample = {
    ...{ at: 1, cpu: 0.5, memoryUsedBytes: 4e9, memoryTotalBytes: 8e9 },
    ...{ diskFreeBytes: 1e9, diskTotalBytes: 2e9, gpus: [] },
  }
  expect(await readGauges(fixture.viewer)).toEqual([])
  await recordHardware(machine, { sample })
  await recordHardware(machine, { sample: { ...sample, at: 2, cpu: 0.9 } })
  expect(await readGauges(fixture.viewer)).toEqual([
    { id: machine.agentId, sample: { ...sample, at: 2, cpu: 0.9 } },
  ])
  expect(await readGauges((await createWorkspaceFixture(deps)).owner)).toEqual([])
  deps.advance(61_000)
  expect(await readGauges(fixture.viewer)).toEqual([])
})

test('a probe runs on its agent only, one at a time, and its result is stored with the agent', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const oven = await resolveAgent(deps, (await enroll(fixture)).credential)
  expect(await codeOf(createProbe(fixture.engineer, { id: oven.agentId }))).toBe('conflict')
  await helloAgent(oven, hello)
  const other = await createMachine(deps, fixture.workspaceId, { name: 'other' })
  const { runId } = await createProbe(fixture.engineer, { id: oven.agentId })
  expect(await createProbe(fixture.engineer, { id: oven.agentId })).toMatchObject({ runId })
  const request = requestWork(['probe'])
  expect(await claimRun(other, request)).toBeNull()
  const lease = await claimRun(oven, request)
  if (!lease) throw new Error('no lease')
  const measured = {
    ...{ at: 5, flopsPerSecond: 1e12, precision: 'bf16', memoryBytesPerSecond: 1e10 },
    ...{ diskWriteBytesPerSecond: null, diskReadBytesPerSecond: 1, hubRoundTripMs: 2, hubBytesPerSecond: 3 },
  }
  const { attemptId, epoch } = lease
  const ended = { type: 'run-end', status: 'finished', results: {}, error: null } as const
  await recordEvents(oven, {
    ...{ runId, attemptId, epoch },
    events: [
      { seq: 1, at: 0, event: { type: 'probe', ...measured } },
      { seq: 2, at: 0, event: ended },
    ],
  })
  expect(await getRun(fixture.viewer, { id: runId })).toMatchObject({
    status: 'finished',
    modelVersionId: null,
  })
  expect((await listAgents(fixture.viewer))[0]).toMatchObject({ id: oven.agentId, probe: measured })
  expect(await codeOf(createProbe(fixture.viewer, { id: oven.agentId }))).toBe('forbidden')
  expect(await codeOf(createProbe((await createWorkspaceFixture(deps)).owner, { id: oven.agentId }))).toBe(
    'not_found',
  )
})
