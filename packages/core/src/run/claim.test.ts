import { attempt, run } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { touchAgent } from '../agent/presence'
import {
  createAgent,
  createMachine,
  createTestDeps,
  createWorkspaceFixture,
  gpu,
  queueRun,
  recordEvents,
  requestWork,
} from '../testing'
import { cancelRun } from './cancel'
import { claimRun } from './claim'
import { createRun } from './create'
import { expireLeases } from './expire-leases'
import { findInput, renewLease } from './lease'
import { getRun } from './read'
import { leaseMs } from './state/attempt-transition'

const deps = await createTestDeps()
const all = requestWork(['pretrain', 'sft', 'dpo', 'generate'])
const pretrain = { kind: 'pretrain', config: { steps: 5 } } as const

test('runs created at once get numbers without a gap or a duplicate', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const runs = await Promise.all(Array.from({ length: 12 }, () => createRun(fixture.engineer, pretrain)))
  const numbers = runs.map(({ number }) => number).sort((a, b) => a - b)
  expect(numbers).toEqual(Array.from({ length: 12 }, (_, index) => index + 1))
})

test('twenty agents at once: each run is leased once, and each agent has at most one', async () => {
  const fixture = await createWorkspaceFixture(deps)
  for (let n = 0; n < 12; n += 1) await createRun(fixture.engineer, pretrain)
  const agents = await Promise.all(
    Array.from({ length: 20 }, (_, n) => createAgent(deps, fixture.workspaceId, `machine ${n}`)),
  )
  const leases = await Promise.all(agents.flatMap((agent) => [claimRun(agent, all), claimRun(agent, all)]))
  // SKIP LOCKED may skip a run that another claim has locked; the next request gets it.
  for (const agent of agents) leases.push(await claimRun(agent, all))
  const given = leases.flatMap((lease) => lease ?? [])
  expect(new Set(given.map(({ runId }) => runId)).size).toBe(12)
  expect(new Set(given.map(({ attemptId }) => attemptId)).size).toBe(12)
  const rows = await deps.all.select().from(attempt).where(eq(attempt.workspaceId, fixture.workspaceId))
  expect(rows).toHaveLength(12)
  expect(new Set(rows.map(({ agentId }) => agentId)).size).toBe(12)
})

test('an agent that missed the reply gets the same lease again until it has sent an event', async () => {
  const fixture = await createWorkspaceFixture(deps)
  await createRun(fixture.engineer, pretrain)
  await createRun(fixture.engineer, pretrain)
  const agent = await createAgent(deps, fixture.workspaceId)
  const lease = await claimRun(agent, all)
  if (!lease) throw new Error('no lease')
  expect(await claimRun(agent, all)).toMatchObject({ attemptId: lease.attemptId, epoch: lease.epoch })
  const { runId, attemptId, epoch } = lease
  const event = { type: 'log', level: 'info', text: 'begins' } as const
  await recordEvents(agent, { runId, attemptId, epoch, events: [{ seq: 1, at: 0, event }] })
  expect(await claimRun(agent, all)).toBeNull()
})

test('an agent gets only runs of kinds that it supports, of its workspace, oldest first', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const first = await createRun(fixture.engineer, pretrain)
  deps.advance(1000)
  await createRun(fixture.engineer, pretrain)
  const agent = await createAgent(deps, fixture.workspaceId)
  const stranger = await createAgent(deps, (await createWorkspaceFixture(deps)).workspaceId)
  expect(await claimRun(stranger, all)).toBeNull()
  expect(await claimRun(agent, requestWork(['generate']))).toBeNull()
  const lease = await claimRun(agent, all)
  expect(lease).toMatchObject({ runId: first.id, epoch: 1, kind: 'pretrain', resume: null, seed: first.seed })
  expect(lease?.inputs).toMatchObject([{ name: 'ontology.json' }])
})

test('the token of a lease gives access to the inputs of its run while it is valid, and to nothing else', async () => {
  const fixture = await createWorkspaceFixture(deps)
  await createRun(fixture.engineer, pretrain)
  const lease = await claimRun(await createAgent(deps, fixture.workspaceId), all)
  const claims = await deps.tickets.verify('lease', lease?.token ?? '')
  const sha256 = lease?.inputs[0]?.sha256 ?? ''
  expect(await findInput(deps, claims, sha256)).toContain(sha256)
  expect(await findInput(deps, claims, 'f'.repeat(64))).toBeNull()
  deps.advance(leaseMs + 1)
  await expireLeases(deps)
  expect(await findInput(deps, claims, sha256)).toBeNull()
})

test('an expired lease goes to another agent; on the same agent the run resumes from its checkpoint', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { id } = await createRun(fixture.engineer, pretrain)
  const agent = await createAgent(deps, fixture.workspaceId)
  const first = await claimRun(agent, all)
  if (!first) throw new Error('no lease')
  const { runId, attemptId, epoch } = first
  await recordEvents(agent, {
    ...{ runId, attemptId, epoch },
    events: [{ seq: 1, at: 0, event: { type: 'checkpoint', step: 40, path: 'checkpoints/checkpoint-40' } }],
  })
  deps.advance(leaseMs - 1)
  expect(await expireLeases(deps)).toBe(0)
  expect(await renewLease(agent, first)).toEqual({ lost: false, cancel: false, stopAfterStep: null })
  deps.advance(leaseMs - 1)
  expect(await expireLeases(deps)).toBe(0)
  deps.advance(2)
  expect(await expireLeases(deps)).toBe(1)
  expect(await renewLease(agent, first)).toEqual({ lost: true, cancel: false, stopAfterStep: null })
  expect(await getRun(fixture.viewer, { id })).toMatchObject({
    status: 'queued',
    attempts: [{ status: 'lost', failure: { code: 'lease_expired' } }],
  })
  const second = await claimRun(agent, all)
  expect(second).toMatchObject({ runId: id, epoch: 2, resume: { step: 40, attemptId } })
  deps.advance(leaseMs + 1)
  await expireLeases(deps)
  const elsewhere = await claimRun(await createAgent(deps, fixture.workspaceId, 'other'), all)
  expect(elsewhere).toMatchObject({ runId: id, epoch: 3, resume: null })
})

test('cancel ends a queued run at once; a running one gets the cancel with each renewal', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const waiting = await createRun(fixture.engineer, pretrain)
  await cancelRun(fixture.engineer, { id: waiting.id })
  await cancelRun(fixture.engineer, { id: waiting.id })
  expect(await getRun(fixture.viewer, { id: waiting.id })).toMatchObject({ status: 'canceled' })

  const running = await createRun(fixture.engineer, pretrain)
  const agent = await createAgent(deps, fixture.workspaceId)
  const lease = await claimRun(agent, all)
  if (!lease) throw new Error('no lease')
  expect(lease.runId).toBe(running.id)
  await cancelRun(fixture.engineer, { id: running.id })
  expect(await getRun(fixture.viewer, { id: running.id })).toMatchObject({ status: 'canceling' })
  expect(await renewLease(agent, lease)).toEqual({ lost: false, cancel: true, stopAfterStep: null })
  const end = { type: 'run-end', status: 'canceled', results: {}, error: null } as const
  const { runId, attemptId, epoch } = lease
  await recordEvents(agent, { runId, attemptId, epoch, events: [{ seq: 1, at: 0, event: end }] })
  const ended = await getRun(fixture.viewer, { id: running.id })
  expect(ended).toMatchObject({ status: 'canceled', attempts: [{ status: 'canceled' }] })
  expect(ended.finishedAt).toEqual(deps.now())
})

test('a queued run has the reason why it waits', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { id } = await createRun(fixture.engineer, pretrain)
  const why = async () => (await getRun(fixture.viewer, { id })).waitingBecause
  expect(await why()).toContain('No agent is enrolled')
  const agent = await createAgent(deps, fixture.workspaceId, 'oven')
  expect(await why()).toBe('An agent is about to take it.')
  deps.advance(61_000)
  expect(await why()).toBe('It waits for oven: offline, last seen 1 minute ago.')
  await claimRun(agent, all)
  expect(await why()).toBeNull()
})

test('a viewer and a stranger can neither create nor cancel a run', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const stranger = (await createWorkspaceFixture(deps)).owner
  const { id } = await createRun(fixture.engineer, pretrain)
  for (const ctx of [fixture.viewer, fixture.labeler]) {
    await expect(createRun(ctx, pretrain)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(cancelRun(ctx, { id })).rejects.toMatchObject({ code: 'forbidden' })
  }
  await expect(cancelRun(stranger, { id })).rejects.toMatchObject({ code: 'not_found' })
  await expect(getRun(stranger, { id })).rejects.toMatchObject({ code: 'not_found' })
  const [row] = await deps.all
    .select()
    .from(run)
    .where(and(eq(run.id, id)))
  expect(row?.status).toBe('queued')
})

test('a silent agent keeps its run while no other agent could take it', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const agent = await createAgent(deps, fixture.workspaceId)
  const { id } = await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  await claimRun(agent, all)
  deps.advance(leaseMs + 1)
  const status = async () => (await getRun(fixture.viewer, { id })).status
  await expireLeases(deps, { unlessAlone: true })
  expect(await status()).toBe('running')
  const other = await createAgent(deps, fixture.workspaceId, 'other')
  await expireLeases(deps, { unlessAlone: true })
  expect(await status()).toBe('queued')
  expect(await claimRun(other, all)).toMatchObject({ runId: id, epoch: 2 })
})

test('a silent agent does not lose its lease to an agent that could never take the run', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const large = await createMachine(deps, fixture.workspaceId, { gpus: [gpu('big', 24)], labels: ['cellar'] })
  const needs = { gpus: 1, gpuMemoryBytes: 20e9, labels: ['cellar'] }
  const { id } = await queueRun(deps, fixture.workspaceId, { needs })
  await claimRun(large, { ...all, freeGpus: ['big'] })
  deps.advance(leaseMs + 1)
  const status = async () => (await getRun(fixture.viewer, { id })).status
  const others = [{ gpus: [] }, { gpus: [gpu('small', 8)], labels: ['cellar'] }, { gpus: [gpu('a', 24)] }]
  for (const other of others) await createMachine(deps, fixture.workspaceId, other)
  await expireLeases(deps, { unlessAlone: true })
  expect(await status()).toBe('running')
  await createMachine(deps, fixture.workspaceId, { gpus: [gpu('b', 24)], labels: ['cellar', 'attic'] })
  await expireLeases(deps, { unlessAlone: true })
  expect(await status()).toBe('queued')
})

test('an online agent that does not renew loses its run, also without another agent', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const agent = await createAgent(deps, fixture.workspaceId)
  const { id } = await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  await claimRun(agent, all)
  deps.advance(leaseMs + 1)
  await touchAgent(agent)
  await expireLeases(deps, { unlessAlone: true })
  expect((await getRun(fixture.viewer, { id })).status).toBe('queued')
})
