import { run } from '@palate/db'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { createBox, createKitchen, createTestDeps, gpu, queueRun } from '../testing'
import { cancelRun } from './cancel'
import { claimRun } from './claim'
import { createRun } from './create'
import { getRun } from './get'
import { listQueue } from './list-queue'
import { setRunPriority } from './set-priority'

const deps = await createTestDeps()
const request = { kinds: ['pretrain', 'dpo'], holding: [] }

test('a run remembers where it should go, and what memory it needs at the least', async () => {
  const kitchen = await createKitchen(deps)
  const labels = ['lab', 'a100', 'lab']
  const made = await createRun(kitchen.engineer, {
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
  const larger = await createRun(kitchen.engineer, { kind: 'pretrain', config: large })
  expect(larger.needs.gpuMemoryBytes).toBeGreaterThan(15e9)
})

test('the queue is listed in the order in which it is taken, each run with its reason', async () => {
  const kitchen = await createKitchen(deps)
  const { workspaceId } = kitchen
  const box = await createBox(deps, workspaceId, { name: 'oven', gpus: [gpu('a', 16)] })
  const old = await queueRun(deps, workspaceId)
  deps.advance(1000)
  const large = await queueRun(deps, workspaceId, { needs: { gpuMemoryBytes: 22e9, gpus: 1 } })
  deps.advance(1000)
  const urgent = await queueRun(deps, workspaceId, { priority: 1, createdBy: kitchen.people.engineer })
  const queue = await listQueue(kitchen.viewer, {})
  expect(queue).toMatchObject({
    total: 3,
    runs: [
      {
        ...{ id: urgent.id, priority: 1, orderedBy: 'engineer' },
        waiting: { place: 1, because: 'An agent is about to take it.', agents: [] },
      },
      { id: old.id, waiting: { place: 2, because: 'One run is ahead.' } },
      {
        id: large.id,
        waiting: {
          because: 'It needs 22 GB; the largest GPU has 16 GB, on oven.',
          agents: [{ id: box.agentId, name: 'oven', reason: 'needs 22 GB; its largest GPU has 16 GB' }],
        },
      },
    ],
  })
  expect((await listQueue(kitchen.viewer, { limit: 1 })).runs).toHaveLength(1)
  await setRunPriority(kitchen.engineer, { id: old.id, priority: 2 })
  await cancelRun(kitchen.engineer, { id: large.id })
  expect((await listQueue(kitchen.viewer, {})).runs.map(({ id }) => id)).toEqual([old.id, urgent.id])
  expect(await claimRun(box, request)).toMatchObject({ runId: old.id })
  expect(await getRun(kitchen.viewer, { id: urgent.id })).toMatchObject({
    waitingBecause: `It waits for oven: it is busy with run ${old.number}.`,
  })
  await expect(setRunPriority(kitchen.engineer, { id: old.id, priority: 0 })).rejects.toMatchObject({
    code: 'conflict',
  })
})

test('a run that nobody can take is in nobody’s way', async () => {
  const { workspaceId, viewer } = await createKitchen(deps)
  await createBox(deps, workspaceId, { name: 'oven', gpus: [gpu('a', 16)] })
  await queueRun(deps, workspaceId, { needs: { gpus: 1, gpuMemoryBytes: 22e9 }, priority: 5 })
  const { id } = await queueRun(deps, workspaceId)
  const { runs } = await listQueue(viewer, {})
  expect(runs[1]).toMatchObject({ id, waiting: { place: 2, because: 'An agent is about to take it.' } })
})

test('only who orders runs moves them, and only the own', async () => {
  const kitchen = await createKitchen(deps)
  const stranger = (await createKitchen(deps)).owner
  const { id } = await queueRun(deps, kitchen.workspaceId)
  const ahead = { id, priority: 9 }
  await expect(setRunPriority(kitchen.viewer, ahead)).rejects.toMatchObject({ code: 'forbidden' })
  await expect(setRunPriority(stranger, ahead)).rejects.toMatchObject({ code: 'not_found' })
  expect(await listQueue(stranger, {})).toEqual({ runs: [], total: 0 })
  const [row] = await deps.db.select().from(run).where(eq(run.id, id))
  expect(row?.priority).toBe(0)
})
