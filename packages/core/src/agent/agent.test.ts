import { agent, enrolmentCode } from '@palate/db'
import type { AgentHello } from '@palate/protocol'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { ZodError } from 'zod'
import { cancelRun } from '../run/cancel'
import { claimRun } from '../run/claim'
import { createRun } from '../run/create'
import { getRun } from '../run/get'
import { recordRunEvents } from '../run/record-events'
import { createAgent, createKitchen, createTestDeps } from '../testing'
import { createEnrolmentCode } from './create-enrolment-code'
import { enrolAgent } from './enrol'
import { recordHardware } from './hardware'
import { helloAgent } from './hello'
import { listAgents } from './list'
import { disconnectAgent, touchAgent } from './presence'
import { resolveAgent } from './resolve'
import { revokeAgent } from './revoke'

const deps = await createTestDeps()
const hello: AgentHello = {
  protocol: { min: 1, max: 1 },
  version: '0.1.0',
  labels: ['local'],
  kinds: ['pretrain', 'dpo', 'generate'],
  hardware: { hostname: 'box', cpuModel: 'x', cpuCores: 2, memoryBytes: 8e9, gpus: [] },
  running: [],
  serving: true,
  draining: false,
}

test('a code makes one agent, even when two machines hold it at once', async () => {
  const kitchen = await createKitchen(deps)
  const { code, expiresAt } = await createEnrolmentCode(kitchen.owner)
  expect(expiresAt.getTime() - deps.now().getTime()).toBe(15 * 60_000)
  const [row] = await deps.db
    .select()
    .from(enrolmentCode)
    .where(eq(enrolmentCode.workspaceId, kitchen.workspaceId))
  expect(JSON.stringify(row)).not.toContain(code)
  const tries = await Promise.allSettled(
    ['one', 'two', 'three'].map((name) => enrolAgent(deps, { code, name })),
  )
  const enrolled = tries.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  expect(enrolled).toHaveLength(1)
  await expect(enrolAgent(deps, { code, name: 'later' })).rejects.toMatchObject({ code: 'unauthenticated' })
  const [made] = enrolled
  expect(await resolveAgent(deps, made?.credential ?? '')).toMatchObject({
    agentId: made?.agentId,
    workspaceId: kitchen.workspaceId,
  })
  await expect(resolveAgent(deps, 'pag_guess')).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('a code is good for a quarter of an hour', async () => {
  const kitchen = await createKitchen(deps)
  const { code } = await createEnrolmentCode(kitchen.owner)
  deps.advance(15 * 60_000)
  await expect(enrolAgent(deps, { code, name: 'late' })).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('an agent is online while it is connected and heard of', async () => {
  const kitchen = await createKitchen(deps)
  const { code } = await createEnrolmentCode(kitchen.owner)
  const { credential } = await enrolAgent(deps, { code, name: 'oven' })
  const oven = await resolveAgent(deps, credential)
  const status = async () => (await listAgents(kitchen.viewer))[0]?.status
  expect(await status()).toBe('offline')
  await helloAgent(oven, hello)
  expect(await listAgents(kitchen.viewer)).toMatchObject([
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
  // It has moved to another hub when the first one notices that the line is gone.
  const before = deps.now()
  deps.advance(1000)
  await helloAgent(oven, hello)
  await disconnectAgent(oven, before)
  expect(await status()).toBe('online')
  await disconnectAgent(oven, deps.now())
  expect(await status()).toBe('offline')
})

/** A run that an agent has just been given. */
async function leased() {
  const kitchen = await createKitchen(deps)
  const { id } = await createRun(kitchen.engineer, { kind: 'pretrain', config: {} })
  const box = await createAgent(deps, kitchen.workspaceId)
  const lease = await claimRun(box, hello)
  if (!lease) throw new Error('no lease')
  return { kitchen, id, box, ...lease }
}

test('hello keeps an attempt whose end is recorded and was not acknowledged, unless the agent has more of it', async () => {
  const { kitchen, id, box, runId, attemptId, epoch } = await leased()
  const error = { code: 'oom', message: 'Memory ran out.', remedy: '' }
  const event = { type: 'run-end', status: 'failed', summary: {}, error } as const
  await recordRunEvents(box, { runId, attemptId, epoch, events: [{ seq: 1, at: 0, event }] })
  const said = async (mine: { lastSeq: number; epoch?: number }, by = box) => {
    const { keep, stop } = await helloAgent(by, { ...hello, running: [{ runId, attemptId, epoch, ...mine }] })
    return { keep, stop }
  }
  const kept = { keep: [{ attemptId, ackedSeq: 1, cancel: false }], stop: [] }
  const stopped = { keep: [], stop: [attemptId] }
  expect(await said({ lastSeq: 1 })).toEqual(kept)
  expect(await said({ lastSeq: 2 })).toEqual(stopped)
  expect(await said({ lastSeq: 1, epoch: 2 })).toEqual(stopped)
  const stranger = await createAgent(deps, kitchen.workspaceId, 'stranger')
  expect(await said({ lastSeq: 1 }, stranger)).toEqual(stopped)
  expect((await getRun(kitchen.viewer, { id })).status).toBe('failed')
})

test('what a box cannot have or PostgreSQL cannot store is refused in words, before anything is written', async () => {
  const kitchen = await createKitchen(deps)
  const box = await createAgent(deps, kitchen.workspaceId)
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
    await expect(helloAgent(box, { ...hello, ...part }), Object.keys(part)[0]).rejects.toBeInstanceOf(
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
  const gpu = { utilisation: 0, memoryUsedBytes: 0, memoryTotalBytes: 0, temperatureC: 0, powerWatts: 0 }
  for (const gpus of [
    [{ ...gpu, uuid: 'a\u0000' }],
    Array.from({ length: 257 }, () => ({ ...gpu, uuid: 'a' })),
  ])
    await expect(recordHardware(box, { sample: { ...sample, gpus } })).rejects.toBeInstanceOf(ZodError)
  expect((await listAgents(kitchen.viewer)).find(({ id }) => id === box.agentId)).toMatchObject({
    labels: [],
  })
})

test('hello keeps what is still its own, stops what is not, and frees what it does not run', async () => {
  const { kitchen, id, box, runId, attemptId, epoch } = await leased()
  const event = { type: 'log', level: 'info', text: 'x' } as const
  await recordRunEvents(box, { runId, attemptId, epoch, events: [{ seq: 1, at: 0, event }] })
  await cancelRun(kitchen.engineer, { id })
  const mine = { runId, attemptId, epoch, lastSeq: 4 }
  const foreign = { runId: 'run_x', attemptId: 'att_x', epoch: 1, lastSeq: 0 }
  expect(await helloAgent(box, { ...hello, running: [mine, foreign] })).toEqual({
    agentId: box.agentId,
    protocol: 1,
    keep: [{ attemptId, ackedSeq: 1, cancel: true }],
    stop: ['att_x'],
  })
  expect(await helloAgent(box, { ...hello, running: [{ ...mine, epoch: 2 }] })).toMatchObject({
    keep: [],
    stop: [attemptId],
  })
  expect(await getRun(kitchen.viewer, { id })).toMatchObject({
    status: 'cancelled',
    attempts: [{ status: 'lost' }],
  })
})

test('an agent that comes back empty-handed after a crash gets its run again', async () => {
  const kitchen = await createKitchen(deps)
  const { id } = await createRun(kitchen.engineer, { kind: 'pretrain', config: {} })
  const box = await createAgent(deps, kitchen.workspaceId)
  await claimRun(box, hello)
  expect(await helloAgent(box, hello)).toMatchObject({ keep: [], stop: [] })
  expect(await getRun(kitchen.viewer, { id })).toMatchObject({ status: 'queued' })
  expect(await claimRun(box, hello)).toMatchObject({ runId: id, epoch: 2 })
})

test('an agent that speaks another protocol hears which side to update', async () => {
  const box = await createAgent(deps, (await createKitchen(deps)).workspaceId)
  const newer = { ...hello, protocol: { min: 2, max: 3 } }
  await expect(helloAgent(box, newer)).rejects.toMatchObject({ code: 'invalid', remedy: 'Update the hub.' })
})

test('a revoked agent is out at once, and its run goes to another', async () => {
  const kitchen = await createKitchen(deps)
  const { id } = await createRun(kitchen.engineer, { kind: 'pretrain', config: {} })
  const { code } = await createEnrolmentCode(kitchen.owner)
  const { credential, agentId } = await enrolAgent(deps, { code, name: 'old' })
  const old = await resolveAgent(deps, credential)
  await claimRun(old, hello)
  await revokeAgent(kitchen.owner, { id: agentId })
  await revokeAgent(kitchen.owner, { id: agentId })
  await expect(resolveAgent(deps, credential)).rejects.toMatchObject({ code: 'unauthenticated' })
  await expect(claimRun(old, hello)).rejects.toMatchObject({ code: 'unauthenticated' })
  expect(await touchAgent(old)).toBe(false)
  expect(await listAgents(kitchen.viewer)).toMatchObject([{ status: 'revoked', currentRun: null }])
  const next = await createAgent(deps, kitchen.workspaceId)
  expect(await claimRun(next, hello)).toMatchObject({ runId: id, epoch: 2 })
})

test('only an owner enrols and revokes, and only in the own workspace', async () => {
  const kitchen = await createKitchen(deps)
  const stranger = (await createKitchen(deps)).owner
  const box = await createAgent(deps, kitchen.workspaceId)
  for (const role of ['viewer', 'labeler', 'engineer'] as const) {
    await expect(createEnrolmentCode(kitchen[role])).rejects.toMatchObject({ code: 'forbidden' })
    await expect(revokeAgent(kitchen[role], { id: box.agentId })).rejects.toMatchObject({ code: 'forbidden' })
  }
  await expect(revokeAgent(stranger, { id: box.agentId })).rejects.toMatchObject({ code: 'not_found' })
  expect(await listAgents(stranger)).toEqual([])
  const [row] = await deps.db.select().from(agent).where(eq(agent.id, box.agentId))
  expect(row?.revokedAt).toBeNull()
})
