import { attempt, auditLog, run } from '@palate/db'
import type { TrainerEvent } from '@palate/protocol'
import { and, eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { helloAgent } from '../agent/hello'
import { getModel } from '../model'
import {
  createMachine,
  createTestDeps,
  createWorkspaceFixture,
  deliver,
  recordEvents,
  requestWork,
} from '../testing'
import { cancelRun, claimRun, createRun, expireLeases, getRun, renewLease, stopRun } from './index'
import { leaseMs } from './state/attempt-transition'

const deps = await createTestDeps()
const all = requestWork(['pretrain'])
const pretrain = { kind: 'pretrain', config: { steps: 600 } } as const
const training = (step: number): TrainerEvent => ({
  type: 'progress',
  step,
  totalSteps: 600,
  stage: 'training',
})
const kept: TrainerEvent = {
  ...{ type: 'run-end', status: 'finished', results: { steps: 251 }, error: null },
  stopped: { step: 251, totalSteps: 600, reason: 'request' },
}

/** A run that an agent works on, and a function that reports its events. */
async function begin() {
  const fixture = await createWorkspaceFixture(deps)
  const machine = await createMachine(deps, fixture.workspaceId)
  const { id } = await createRun(fixture.engineer, pretrain)
  const claim = async () => {
    const lease = await claimRun(machine, all)
    if (!lease) throw new Error('no lease')
    let seq = 0
    const { runId, attemptId, epoch } = lease
    const ref = { runId, attemptId, epoch }
    const report = (...events: TrainerEvent[]) =>
      recordEvents(machine, {
        ...ref,
        events: events.map((event) => {
          seq += 1
          return { seq, at: seq, event }
        }),
      })
    return { lease, ref, report }
  }
  const audits = () =>
    deps.all.$count(auditLog, and(eq(auditLog.action, 'run.stop'), eq(auditLog.entityId, id)))
  return { ...fixture, machine, id, claim, audits }
}

test('a training that is stopped finishes with the model of that step, and says so', async () => {
  const { engineer, viewer, machine, workspaceId, id, claim, audits } = await begin()
  const stop = () => stopRun(engineer, { id })
  await expect(stop()).rejects.toMatchObject({ message: expect.stringMatching(/not running/) })
  const { lease, ref, report } = await claim()
  expect(lease.stopAfterStep).toBeNull()
  await report({ type: 'progress', step: 30, totalSteps: 100, stage: 'corpus' })
  await expect(stop()).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/nothing to keep/),
  })
  await report(training(250))
  expect(await renewLease(machine, ref)).toEqual({ lost: false, cancel: false, stopAfterStep: null })
  await stop()
  await stop()
  expect(await audits()).toBe(1)
  expect(await renewLease(machine, ref)).toEqual({ lost: false, cancel: false, stopAfterStep: 250 })
  expect(await getRun(viewer, { id })).toMatchObject({ status: 'running', stopRequestedAt: deps.now() })
  await deliver(deps, workspaceId, id, 'pretrain')
  await report(kept)
  const done = await getRun(viewer, { id })
  expect(done).toMatchObject({
    status: 'finished',
    stopped: { step: 251, totalSteps: 600, reason: 'request' },
  })
  const model = await getModel(viewer, { id: done.modelVersionId ?? '' })
  expect(model.lineage.run.stopped).toEqual({ step: 251, totalSteps: 600, reason: 'request' })
})

test('the wish outlives the attempt: another one gets it with its lease and with its hello', async () => {
  const { engineer, machine, id, claim } = await begin()
  const first = await claim()
  await first.report(training(250), { type: 'checkpoint', step: 200, path: 'checkpoints/checkpoint-200' })
  await stopRun(engineer, { id })
  deps.advance(leaseMs + 1)
  await expireLeases(deps)
  const { lease } = await claim()
  expect(lease).toMatchObject({ epoch: 2, stopAfterStep: 250, resume: { step: 200 } })
  const { runId, attemptId, epoch } = lease
  const reply = await helloAgent(machine, {
    ...{ protocol: { min: 1, max: 1 }, version: '0.1.0', labels: [], kinds: ['pretrain'], serving: false },
    ...{ hardware: { hostname: 'm', cpuModel: 'c', cpuCores: 1, memoryBytes: 1, gpus: [] }, draining: false },
    running: [{ runId, attemptId, epoch, lastSeq: 0 }],
  })
  expect(reply.keep).toEqual([{ attemptId, ackedSeq: 0, cancel: false, stopAfterStep: 250 }])
})

test('a cancel after it wins, also when the model arrives first', async () => {
  const { engineer, machine, viewer, id, claim } = await begin()
  const { ref, report } = await claim()
  await report(training(250))
  await stopRun(engineer, { id })
  await cancelRun(engineer, { id })
  await expect(stopRun(engineer, { id })).rejects.toMatchObject({ message: 'The run is being canceled.' })
  expect(await renewLease(machine, ref)).toMatchObject({ cancel: true })
  await report(kept)
  expect(await getRun(viewer, { id })).toMatchObject({
    status: 'canceled',
    stopped: null,
    modelVersionId: null,
  })
  const [ended] = await deps.all.select().from(attempt).where(eq(attempt.runId, id))
  expect(ended?.status).toBe('canceled')
})

test('only who may cancel may stop, only in this workspace, and only a training', async () => {
  const { viewer, labeler, engineer, id } = await begin()
  for (const ctx of [viewer, labeler])
    await expect(stopRun(ctx, { id })).rejects.toMatchObject({ code: 'forbidden' })
  const stranger = await createWorkspaceFixture(deps)
  await expect(stopRun(stranger.engineer, { id })).rejects.toMatchObject({ code: 'not_found' })
  await deps.all.update(run).set({ kind: 'probe' }).where(eq(run.id, id))
  await expect(stopRun(engineer, { id })).rejects.toMatchObject({
    message: 'Only a training can be stopped and kept.',
  })
})
