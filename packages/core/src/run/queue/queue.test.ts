import { run } from '@palate/db'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import {
  createMachine,
  createTestDeps,
  createWorkspaceFixture,
  gpu,
  queueRun,
  requestWork,
} from '../../testing'
import { cancelRun } from '../cancel'
import { claimRun } from '../claim'
import { createRun } from '../create'
import { listQueue } from '../list-queue'
import { getRun } from '../read'
import { setRunPriority } from '../set-priority'

const deps = await createTestDeps()
const request = requestWork(['pretrain', 'dpo'])

test('a run has its needs and the least memory that it needs', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const labels = ['lab', 'a100', 'lab']
  const made = await createRun(fixture.engineer, {
    kind: 'pretrain',
    config: {},
    priority: 3,
    gpus: 1,
    labels,
  })
  expect(made).toMatchObject({ priority: 3, needs: { gpus: 1, labels: ['a100', 'lab'], agentId: null } })
  expect(made.needs.gpuMemoryBytes).toBeGreaterThan(0.5e9)
  expect(made.needs.gpuMemoryBytes).toBeLessThan(4e9)
  const large = { hiddenSize: 2048, layers: 24, heads: 16, kvHeads: 16, ffnSize: 8192, vocabSize: 32_000 }
  const larger = await createRun(fixture.engineer, { kind: 'pretrain', config: large })
  expect(larger.needs.gpuMemoryBytes).toBeGreaterThan(15e9)
})

test('the queue is listed in the order in which runs are leased, each with its reason', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { workspaceId } = fixture
  const machine = await createMachine(deps, workspaceId, { name: 'oven', gpus: [gpu('a', 16)] })
  const old = await queueRun(deps, workspaceId)
  deps.advance(1000)
  const large = await queueRun(deps, workspaceId, { needs: { gpuMemoryBytes: 22e9, gpus: 1 } })
  deps.advance(1000)
  const urgent = await queueRun(deps, workspaceId, { priority: 1, createdBy: fixture.people.engineer })
  const queue = await listQueue(fixture.viewer, {})
  expect(queue).toMatchObject({
    total: 3,
    runs: [
      {
        ...{ id: urgent.id, priority: 1, createdBy: 'engineer' },
        waiting: { position: 1, because: 'An agent is about to take it.', agents: [] },
      },
      { id: old.id, waiting: { position: 2, because: 'One run is ahead.' } },
      {
        id: large.id,
        waiting: {
          because: 'It needs 22 GB; the largest GPU has 16 GB, on oven.',
          agents: [{ id: machine.agentId, name: 'oven', reason: 'needs 22 GB; its largest GPU has 16 GB' }],
        },
      },
    ],
  })
  expect((await listQueue(fixture.viewer, { limit: 1 })).runs).toHaveLength(1)
  await setRunPriority(fixture.engineer, { id: old.id, priority: 2 })
  await cancelRun(fixture.engineer, { id: large.id })
  expect((await listQueue(fixture.viewer, {})).runs.map(({ id }) => id)).toEqual([old.id, urgent.id])
  expect(await claimRun(machine, request)).toMatchObject({ runId: old.id })
  expect(await getRun(fixture.viewer, { id: urgent.id })).toMatchObject({
    waitingBecause: `It waits for oven: it is busy with run ${old.number}.`,
  })
  await expect(setRunPriority(fixture.engineer, { id: old.id, priority: 0 })).rejects.toMatchObject({
    code: 'conflict',
  })
})

test('a run that no agent can take does not block others', async () => {
  const { workspaceId, viewer } = await createWorkspaceFixture(deps)
  await createMachine(deps, workspaceId, { name: 'oven', gpus: [gpu('a', 16)] })
  await queueRun(deps, workspaceId, { needs: { gpus: 1, gpuMemoryBytes: 22e9 }, priority: 5 })
  const { id } = await queueRun(deps, workspaceId)
  const { runs } = await listQueue(viewer, {})
  expect(runs[1]).toMatchObject({ id, waiting: { position: 2, because: 'An agent is about to take it.' } })
})

test('only members who can create runs change priorities, and only in their workspace', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const stranger = (await createWorkspaceFixture(deps)).owner
  const { id } = await queueRun(deps, fixture.workspaceId)
  const ahead = { id, priority: 9 }
  await expect(setRunPriority(fixture.viewer, ahead)).rejects.toMatchObject({ code: 'forbidden' })
  await expect(setRunPriority(stranger, ahead)).rejects.toMatchObject({ code: 'not_found' })
  expect(await listQueue(stranger, {})).toEqual({ runs: [], total: 0 })
  const [row] = await deps.all.select().from(run).where(eq(run.id, id))
  expect(row?.priority).toBe(0)
})
