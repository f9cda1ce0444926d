import { agent, auditLog, run } from '@palate/db'
import type { TrainerEvent } from '@palate/protocol'
import { and, eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { recordCheckpoints } from '../agent'
import { createMachine, createTestDeps, createWorkspaceFixture, recordEvents, requestWork } from '../testing'
import { cancelRun, claimRun, createRun, expireLeases, getRun, resumeRun } from './index'
import { leaseMs } from './state/attempt-transition'
import { attemptLimit } from './state/transition'

const deps = await createTestDeps()
const all = requestWork(['pretrain'])
const day = 24 * 3600_000
const checkpoint = (step: number): TrainerEvent => ({
  ...{ type: 'checkpoint', step, path: `checkpoints/checkpoint-${step}` },
})
const canceled: TrainerEvent = { type: 'run-end', status: 'canceled', results: {}, error: null }
const failed: TrainerEvent = {
  ...{ type: 'run-end', status: 'failed', results: {} },
  error: { code: 'disk_full', message: 'The disk is full.', remedy: 'Free some space.' },
}

/** A run whose attempt has ended, and what its agent says of its checkpoint. */
async function endRun(...events: TrainerEvent[]) {
  const fixture = await createWorkspaceFixture(deps)
  const machine = await createMachine(deps, fixture.workspaceId, { name: 'ada' })
  const { id } = await createRun(fixture.engineer, { kind: 'pretrain', config: { steps: 600 } })
  const lease = await claimRun(machine, all)
  if (!lease) throw new Error('no lease')
  const { runId, attemptId, epoch } = lease
  if (events.at(-1) === canceled) await cancelRun(fixture.engineer, { id })
  const spooled = events.map((event, index) => ({ seq: index + 1, at: 1, event }))
  await recordEvents(machine, { runId, attemptId, epoch, events: spooled })
  const report = (step: number | null, keptUntil = deps.now().getTime() + day) =>
    recordCheckpoints(machine, {
      ...{ keepMs: 7 * day, budgetBytes: 20e9 },
      kept: step === null ? [] : [{ runId: id, step, sizeBytes: 5e6, keptUntil }],
    })
  const resume = () => resumeRun(fixture.engineer, { id })
  return { ...fixture, machine, id, attemptId, report, resume }
}

test.each([
  ['canceled', canceled],
  ['failed', failed],
])('a run that was %s goes on from its checkpoint, on the agent that keeps it', async (status, end) => {
  const { viewer, machine, workspaceId, id, attemptId, report, resume } = await endRun(checkpoint(250), end)
  const other = await createMachine(deps, workspaceId, { name: 'bea' })
  await report(250)
  expect(await getRun(viewer, { id })).toMatchObject({
    status,
    resume: { possible: true, agentName: 'ada', step: 250, sizeBytes: 5e6 },
  })
  const own = eq(agent.id, machine.agentId)
  await deps.all.update(agent).set({ connectedAt: null, lastSeenAt: null }).where(own)
  expect(await resume()).toMatchObject({
    ...{ status: 'queued', failure: null, finishedAt: null, cancelRequestedAt: null, resume: null },
    needs: { agentId: machine.agentId, checkpointStep: 250 },
    waitingBecause: expect.stringMatching(
      /^It waits for ada, which keeps its checkpoint of step 250: it was never online\.$/,
    ),
  })
  // A second click.
  expect(await resume()).toMatchObject({ status: 'queued' })
  const audits = and(eq(auditLog.action, 'run.resume'), eq(auditLog.entityId, id))
  expect(await deps.all.$count(auditLog, audits)).toBe(1)
  expect(await claimRun(other, all)).toBeNull()
  expect(await claimRun(machine, all)).toMatchObject({
    ...{ runId: id, epoch: 2, stopAfterStep: null },
    resume: { attemptId, step: 250, required: true },
  })
  await resume()
  const running = await getRun(viewer, { id })
  expect(running).toMatchObject({ status: 'running', keeping: { agentName: 'ada', keepMs: 7 * day } })
  expect(running.attempts.map(({ number }) => number)).toEqual([1, 2])
})

test('a run without a checkpoint is not resumed, and says why', async () => {
  const none = await endRun(canceled)
  await expect(none.resume()).rejects.toMatchObject({
    ...{ code: 'conflict', message: 'The run cannot be resumed. It ended before its first checkpoint.' },
    remedy: 'Clone it to train from the start.',
  })
  const { viewer, id, report, resume, machine } = await endRun(checkpoint(250), canceled)
  const because = async () => {
    const { resume: view } = await getRun(viewer, { id })
    return view?.possible === false ? view.because : null
  }
  expect(await because()).toMatch(/is about to report/)
  await report(null)
  expect(await because()).toMatch(/does not have its checkpoint any more.*7 days, up to 20 GB/)
  await report(250, deps.now().getTime() - 1)
  expect(await because()).toMatch(/no longer keeps/)
  await report(250)
  expect(await because()).toBeNull()
  await deps.all.update(agent).set({ revokedAt: deps.now() }).where(eq(agent.id, machine.agentId))
  expect(await because()).toMatch(/was revoked/)
  await expect(resume()).rejects.toMatchObject({ code: 'conflict' })
})

test('lost attempts from before a resume do not count towards its limit', async () => {
  const { viewer, machine, id, report, resume } = await endRun(checkpoint(250), canceled)
  await report(250)
  const lose = async () => {
    expect(await claimRun(machine, all)).toMatchObject({ runId: id })
    deps.advance(leaseMs + 1)
    await expireLeases(deps)
  }
  await resume()
  for (let lost = 0; lost < attemptLimit; lost += 1) await lose()
  expect(await getRun(viewer, { id })).toMatchObject({ status: 'failed', failure: { code: 'agent_lost' } })
  await report(250, deps.now().getTime() + day)
  await resume()
  await lose()
  expect(await getRun(viewer, { id })).toMatchObject({ status: 'queued' })
})

test('resuming needs the permission to create runs, and stays in the workspace', async () => {
  const { viewer, labeler, engineer, id, report } = await endRun(checkpoint(250), canceled)
  await report(250)
  for (const ctx of [viewer, labeler])
    await expect(resumeRun(ctx, { id })).rejects.toMatchObject({ code: 'forbidden' })
  const stranger = await createWorkspaceFixture(deps)
  await expect(resumeRun(stranger.engineer, { id })).rejects.toMatchObject({ code: 'not_found' })
  // An agent of another workspace cannot claim to keep it.
  const foreign = await createMachine(deps, stranger.workspaceId)
  await report(null)
  const kept = [{ runId: id, step: 250, sizeBytes: 1, keptUntil: deps.now().getTime() + day }]
  await recordCheckpoints(foreign, { keepMs: day, budgetBytes: 1, kept })
  await expect(resumeRun(engineer, { id })).rejects.toMatchObject({ code: 'conflict' })
  await deps.all.update(run).set({ kind: 'generate' }).where(eq(run.id, id))
  await expect(resumeRun(engineer, { id })).rejects.toMatchObject({ code: 'invalid' })
})
