import { agent, attempt, experiment, newId, rowsOf, run, type Transaction } from '@palate/db'
import { type RunKind, RunNeeds } from '@palate/protocol'
import { seededRandom } from '@palate/stats'
import { and, asc, eq, sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import {
  createMachine,
  createTestDeps,
  createWorkspaceFixture,
  gpu,
  queueRun,
  requestWork,
} from '../../testing'
import { claimRun } from '../claim'
import { findFree, findUnmetNeed, totalCapacity } from './capacity'
import { lockNextQueued } from './next-queued'
import { orderQueue } from './order'

const deps = await createTestDeps()
const kinds: RunKind[] = ['pretrain', 'sft', 'dpo', 'generate']
const request = requestWork(kinds)

async function createExperiment(workspaceId: string, name: string): Promise<string> {
  const id = newId('exp')
  await deps.all.insert(experiment).values({ id, workspaceId, name })
  return id
}

test('an agent gets only runs whose needs it meets: memory, number of GPUs, labels, kind, agent', async () => {
  const { workspaceId } = await createWorkspaceFixture(deps)
  const small = await createMachine(deps, workspaceId, { gpus: [gpu('a', 16)], labels: ['home'] })
  const pair = await createMachine(deps, workspaceId, { gpus: [gpu('b', 24), gpu('c', 80)] })
  const cpu = await createMachine(deps, workspaceId)
  const runs = {
    large: await queueRun(deps, workspaceId, { needs: { gpuMemoryBytes: 22e9, gpus: 1 } }),
    twoLarge: await queueRun(deps, workspaceId, { needs: { gpuMemoryBytes: 40e9, gpus: 2 } }),
    home: await queueRun(deps, workspaceId, { needs: { labels: ['home'] } }),
    oneAgent: await queueRun(deps, workspaceId, { needs: { agentId: cpu.agentId } }),
  }
  expect(await claimRun(small, request)).toMatchObject({ runId: runs.home.id, gpus: ['a'] })
  expect(await claimRun(cpu, requestWork(['generate']))).toBeNull()
  expect(await claimRun(cpu, request)).toMatchObject({ runId: runs.oneAgent.id, gpus: [] })
  // The GPU of 24 GB is large enough for 22 GB, so the larger one stays free; no agent has two GPUs of 40 GB.
  expect(await claimRun(pair, request)).toMatchObject({ runId: runs.large.id, gpus: ['b'] })
  const [waiting] = await deps.all.select().from(run).where(eq(run.id, runs.twoLarge.id))
  expect(waiting?.status).toBe('queued')
})

test('an agent runs one attempt per GPU, and a run that needs two GPUs takes two', async () => {
  const { workspaceId } = await createWorkspaceFixture(deps)
  const machine = await createMachine(deps, workspaceId, { gpus: ['a', 'b', 'c'].map((id) => gpu(id, 24)) })
  const double = await queueRun(deps, workspaceId, { needs: { gpus: 2 } })
  for (let n = 0; n < 3; n += 1) {
    deps.advance(10)
    await queueRun(deps, workspaceId)
  }
  const first = await claimRun(machine, request)
  expect(first).toMatchObject({ runId: double.id, gpus: ['a', 'b'] })
  const holding = [first?.attemptId ?? '']
  expect(await claimRun(machine, requestWork(kinds, { holding, freeGpus: [] }))).toBeNull()
  const second = await claimRun(machine, requestWork(kinds, { holding, freeGpus: ['c'] }))
  expect(second?.gpus).toEqual(['c'])
  expect(await claimRun(machine, requestWork(kinds, { holding }))).toEqual({
    ...second,
    token: expect.any(String),
  })
  expect(
    await claimRun(machine, requestWork(kinds, { holding: [...holding, second?.attemptId ?? ''] })),
  ).toBeNull()
  await deps.all.update(attempt).set({ ackedSeq: 1 }).where(eq(attempt.agentId, machine.agentId))
  await deps.all
    .update(attempt)
    .set({ status: 'finished' })
    .where(eq(attempt.id, second?.attemptId ?? ''))
  expect((await claimRun(machine, requestWork(kinds, { holding })))?.gpus).toEqual(['c'])
})

test('a draining agent gets no new runs', async () => {
  const { workspaceId } = await createWorkspaceFixture(deps)
  const machine = await createMachine(deps, workspaceId, { draining: true })
  await queueRun(deps, workspaceId)
  expect(await claimRun(machine, request)).toBeNull()
  await deps.all.update(agent).set({ draining: false }).where(eq(agent.id, machine.agentId))
  expect(await claimRun(machine, request)).not.toBeNull()
})

test('higher priority first; within a priority experiments take turns, whatever their number of runs', async () => {
  const { workspaceId } = await createWorkspaceFixture(deps)
  const [big, little] = [
    await createExperiment(workspaceId, 'big'),
    await createExperiment(workspaceId, 'little'),
  ]
  const order = async (experimentId: string | null, priority = 0) => {
    deps.advance(1000)
    return (await queueRun(deps, workspaceId, { experimentId, priority })).id
  }
  const ofBig = [await order(big), await order(big), await order(big)]
  const ofLittle = [await order(little), await order(little)]
  const single = await order(null)
  const urgent = await order(big, 5)
  const taken: string[] = []
  for (let n = 0; n < 7; n += 1) {
    const machine = await createMachine(deps, workspaceId)
    taken.push((await claimRun(machine, request))?.runId ?? 'none')
  }
  expect(taken).toEqual([urgent, ofLittle[0], single, ofBig[0], ofLittle[1], ofBig[1], ofBig[2]])
})

test('the SQL query and the functions choose the same run in 20 random cases', async () => {
  const random = seededRandom(4)
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item
  for (let world = 0; world < 20; world += 1) {
    const { workspaceId, people } = await createWorkspaceFixture(deps)
    const gpus = Array.from({ length: pick([0, 0, 1, 2, 3]) }, (_, n) => gpu(`g${n}`, pick([8, 16, 24, 80])))
    const machine = await createMachine(deps, workspaceId, { gpus, labels: pick([[], ['x'], ['x', 'y']]) })
    const groups = [await createExperiment(workspaceId, 'one'), null]
    for (let n = 0; n < 12; n += 1) {
      deps.advance(pick([0, 10]))
      await queueRun(deps, workspaceId, {
        kind: pick(['pretrain', 'dpo', 'sft'] as const),
        priority: pick([0, 0, 0, 2, -1]),
        experimentId: pick(groups),
        createdBy: pick([people.owner, people.engineer, null]),
        needs: {
          gpuMemoryBytes: pick([null, 12e9, 20e9, 60e9]),
          gpus: pick([0, 0, 1, 2]),
          labels: pick([[], [], ['x'], ['y', 'x'], ['z']]),
          agentId: pick([null, null, null, machine.agentId, 'agent_other']),
        },
      })
    }
    const busy = new Map<string, number>()
    const capacity = findFree(totalCapacity(await rowOf(machine.agentId)), [], undefined)
    const able = ['pretrain', 'dpo'] as const
    if (!capacity) throw new Error('an idle machine has a capacity')
    for (let n = 0; n < 6; n += 1) {
      const queued = await deps.all
        .select()
        .from(run)
        .where(and(eq(run.workspaceId, workspaceId), eq(run.status, 'queued')))
        .orderBy(asc(run.number))
      const fitting = queued
        .filter(
          ({ kind, needs }) =>
            !findUnmetNeed({ kind, needs: RunNeeds.parse(needs) }, { ...capacity, kinds: able }),
        )
        .map((row) => ({ ...row, group: row.experimentId ?? row.createdBy ?? '' }))
      const [expected] = orderQueue(fitting, busy)
      const chosen = await deps.all.transaction((tx) => lockNextQueued(tx, workspaceId, capacity, able))
      expect(chosen).toBe(expected?.id ?? null)
      if (!expected) break
      busy.set(expected.group, (busy.get(expected.group) ?? 0) + 1)
      await deps.all.update(run).set({ status: 'running' }).where(eq(run.id, expected.id))
    }
  }
})

async function rowOf(id: string) {
  const [row] = await deps.all.select().from(agent).where(eq(agent.id, id))
  if (!row) throw new Error('no agent')
  return row
}

async function countRowsRead(tx: Transaction): Promise<number> {
  const result = await tx.execute(sql`
    select seq_tup_read + idx_tup_fetch as n from pg_stat_xact_user_tables where relname = 'run'`)
  return Number(rowsOf<{ n: string }>(result)[0]?.n)
}

test('one claim does not read a queue of ten thousand runs', async () => {
  const { workspaceId } = await createWorkspaceFixture(deps)
  await queueRun(deps, workspaceId, { needs: { gpus: 8 } })
  await deps.owner`
    insert into run (id, workspace_id, number, name, kind, status, seed, config, needs)
    select 'run_' || n || ${workspaceId}, ${workspaceId}, n, 'q', 'pretrain', 'queued', 1, '{}',
      jsonb_build_object('gpus', n % 3, 'labels', '[]'::jsonb)
    from generate_series(2, 10000) n`
  await deps.owner`analyze run`
  const capacity = findFree(
    totalCapacity(await rowOf((await createMachine(deps, workspaceId)).agentId)),
    [],
    undefined,
  )
  if (!capacity) throw new Error('an idle machine has a capacity')
  const read = await deps.all.transaction(async (tx) => {
    // The view also holds what this connection read earlier and has not reported yet.
    const before = await countRowsRead(tx)
    expect(await lockNextQueued(tx, workspaceId, capacity, ['pretrain'])).not.toBeNull()
    return (await countRowsRead(tx)) - before
  })
  expect(read).toBeGreaterThan(0)
  expect(read).toBeLessThan(50)
})
