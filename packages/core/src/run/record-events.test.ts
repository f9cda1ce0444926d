import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { attempt, metricPoint, modelVersion, run, runLog, runSample } from '@palate/db'
import type { TrainerEvent } from '@palate/protocol'
import { eq, sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { storeArtifact } from '../artifact'
import type { AgentContext } from '../context'
import { createAgent, createTestDeps, createWorkspaceFixture, recordEvents, requestWork } from '../testing'
import { claimRun } from './claim'
import { createRun } from './create'
import { AttemptMemory } from './events/attempt-memory'
import type { EventChunk } from './events/read-lines'
import { expireLeases } from './expire-leases'
import { getRunLogs } from './logs'
import { getRun } from './read'
import { leaseMs } from './state/attempt-transition'
import { attemptLimit } from './state/transition'

const deps = await createTestDeps()

async function startRun() {
  const fixture = await createWorkspaceFixture(deps)
  const { id } = await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  const agent = await createAgent(deps, fixture.workspaceId)
  return { fixture, agent, id, lease: await claim(agent) }
}

async function claim(agent: AgentContext) {
  const lease = await claimRun(agent, requestWork(['pretrain']))
  if (!lease) throw new Error('no lease')
  return lease
}

const metric = (step: number, value = step / 10): TrainerEvent => ({
  type: 'metric',
  axis: 'step',
  position: step,
  time: 1_760_000_000_000 + step,
  values: { loss: value, grad_norm: 1 },
})
const log = (text: string): TrainerEvent => ({ type: 'log', level: 'info', text })
const end = (status: 'finished' | 'failed' | 'canceled'): TrainerEvent => ({
  type: 'run-end',
  status,
  results: { loss: 0.2 },
  error:
    status === 'failed'
      ? { code: 'out_of_memory' as const, message: 'Memory ran out.', remedy: 'Smaller batch.' }
      : null,
})

function chunk(
  lease: { runId: string; attemptId: string; epoch: number },
  from: number,
  ...said: TrainerEvent[]
) {
  const { runId, attemptId, epoch } = lease
  const events = said.map((event, index) => ({ seq: from + index, at: 1_760_000_000_000, event }))
  return { runId, attemptId, epoch, events } satisfies EventChunk
}

async function countRows(attemptId: string) {
  const [row] = await deps.all.select().from(attempt).where(eq(attempt.id, attemptId))
  return {
    points: await deps.all.$count(metricPoint),
    logs: await deps.all.$count(runLog, eq(runLog.attemptId, attemptId)),
    samples: await deps.all.$count(runSample, eq(runSample.attemptId, attemptId)),
    acked: row?.ackedSeq,
  }
}

test('replays and overlaps change nothing, a gap is not taken, and order within a chunk does not matter', async () => {
  const { agent, lease } = await startRun()
  const before = await deps.all.$count(metricPoint)
  const sample: TrainerEvent = { type: 'sample', step: 1, prompt: 'rice', text: '# Rice' }
  const first = chunk(lease, 1, metric(1), log('one'), sample, metric(2))
  expect(await recordEvents(agent, first)).toEqual({ ackedSeq: 4, lost: false })
  expect(await recordEvents(agent, first)).toEqual({ ackedSeq: 4, lost: false })
  const overlap = chunk(lease, 3, sample, metric(2, 99), metric(3), log('two'))
  expect(await recordEvents(agent, { ...overlap, events: overlap.events.toReversed() })).toEqual({
    ackedSeq: 6,
    lost: false,
  })
  const gap = chunk(lease, 8, log('four'))
  expect(await recordEvents(agent, gap)).toEqual({ ackedSeq: 6, lost: false })
  const half = chunk(lease, 7, log('three'))
  half.events.push({ seq: 9, at: 0, event: log('five') })
  expect(await recordEvents(agent, half)).toEqual({ ackedSeq: 7, lost: false })
  expect(await countRows(lease.attemptId)).toEqual({ points: before + 6, logs: 3, samples: 1, acked: 7 })
})

test('ten copies of a chunk at once are recorded once', async () => {
  const { agent, lease } = await startRun()
  const before = await deps.all.$count(metricPoint)
  const said = Array.from({ length: 300 }, (_, step) => metric(step))
  const copies = Array.from({ length: 10 }, () => recordEvents(agent, chunk(lease, 1, ...said)))
  expect(await Promise.all(copies)).toEqual(copies.map(() => ({ ackedSeq: 300, lost: false })))
  expect(await deps.all.$count(metricPoint)).toBe(before + 600)
})

test('with the memory of an attempt, a repeated step keeps its first point, also after a rollback', async () => {
  const { agent, lease } = await startRun()
  const before = await deps.all.$count(metricPoint)
  const memory = new AttemptMemory()
  const send = (from: number, ...said: TrainerEvent[]) =>
    recordEvents(agent, chunk(lease, from, ...said), memory)
  expect(await send(1, metric(1), metric(2), metric(2, 99))).toEqual({ ackedSeq: 3, lost: false })
  expect(await send(4, metric(5), metric(1, 99), metric(3))).toEqual({ ackedSeq: 6, lost: false })
  // Another process has recorded more meanwhile: the memory is wrong, the chunk fails, and the next try succeeds.
  await recordEvents(agent, chunk(lease, 7, metric(8), metric(9)))
  await expect(send(9, metric(9, 99), metric(10))).rejects.toThrow()
  expect(await send(9, metric(9, 99), metric(10))).toEqual({ ackedSeq: 10, lost: false })
  const [row] = await deps.all.execute<{ n: number; high: number }>(
    sql`select count(*)::int as n, max(value) as high from metric_point p join metric_series s on s.id = p.series_id
      where s.attempt_id = ${lease.attemptId}`,
  )
  expect(row).toEqual({ n: 14, high: 1 })
  expect(await deps.all.$count(metricPoint)).toBe(before + 14)
})

test('points are deleted with their run', async () => {
  const { agent, lease, id } = await startRun()
  await recordEvents(agent, chunk(lease, 1, metric(1), metric(2)))
  const points = () =>
    deps.all.execute<{ n: number }>(sql`select count(*)::int as n from metric_point p
      where not exists (select 1 from metric_series s where s.id = p.series_id)`)
  const before = await deps.all.$count(metricPoint)
  await deps.all.delete(run).where(eq(run.id, id))
  expect(await deps.all.$count(metricPoint)).toBe(before - 4)
  expect((await points())[0]?.n).toBe(0)
})

test('writes with an old epoch, of another agent or for another run are refused', async () => {
  const { agent, fixture, lease } = await startRun()
  const other = await createAgent(deps, fixture.workspaceId, 'other')
  const lost = { ackedSeq: 0, lost: true }
  expect(await recordEvents(other, chunk(lease, 1, metric(1)))).toEqual(lost)
  expect(await recordEvents(agent, chunk({ ...lease, runId: 'run_x' }, 1, metric(1)))).toEqual(lost)
  expect(await recordEvents(agent, chunk({ ...lease, epoch: 2 }, 1, metric(1)))).toEqual(lost)
  deps.advance(leaseMs + 1)
  await expireLeases(deps)
  const again = await claim(agent)
  expect(await recordEvents(agent, chunk(lease, 1, metric(1)))).toEqual(lost)
  expect(await recordEvents(agent, chunk({ ...again, epoch: 1 }, 1, metric(1)))).toEqual(lost)
  expect(await recordEvents(agent, chunk(again, 1, metric(1)))).toEqual({ ackedSeq: 1, lost: false })
})

test('a killed trainer costs an attempt and not the run, as long as the run makes progress', async () => {
  const { agent, lease: first, fixture, id } = await startRun()
  const error = { code: 'killed' as const, message: 'It was killed.', remedy: 'Nothing.' }
  const killed: TrainerEvent = { type: 'run-end', status: 'failed', results: {}, error }
  const status = async () => (await getRun(fixture.viewer, { id })).status
  let lease = first
  for (let step = 1; step <= attemptLimit + 2; step += 1) {
    const saved: TrainerEvent = { type: 'checkpoint', step, path: `checkpoints/checkpoint-${step}` }
    await recordEvents(agent, chunk(lease, 1, saved, killed))
    expect(await status()).toBe('queued')
    lease = await claim(agent)
  }
  for (let n = 1; n <= attemptLimit; n += 1) {
    expect(await status()).toBe('running')
    await recordEvents(agent, chunk(lease, 1, killed))
    if (n < attemptLimit) lease = await claim(agent)
  }
  expect(await getRun(fixture.viewer, { id })).toMatchObject({
    status: 'failed',
    failure: { code: 'agent_lost' },
  })
})

test('values that PostgreSQL cannot store do not block the spool', async () => {
  const { agent, lease, fixture, id } = await startRun()
  const said: TrainerEvent[] = [
    log('nul \u0000 and half a pair \ud83d'),
    { ...metric(3_000_000_000), values: { 'a\u0000b': 1 } } as TrainerEvent,
    { type: 'run-end', status: 'failed', results: { note: '\u0000 \ude00' }, error: null },
  ]
  expect(await recordEvents(agent, chunk(lease, 1, ...said))).toEqual({ ackedSeq: 3, lost: false })
  expect(await getRun(fixture.viewer, { id })).toMatchObject({
    status: 'failed',
    results: { note: ' \ufffd' },
  })
  const { items } = await getRunLogs(fixture.viewer, { runId: id })
  expect(items[0]?.text).toBe('nul  and half a pair \ufffd')
})

test('a run shows the time left, by when its agent wrote the reports', async () => {
  const { agent, lease, fixture, id } = await startRun()
  const reach = (step: number): TrainerEvent => ({
    type: 'progress',
    step,
    totalSteps: 100,
    stage: 'training',
  })
  const said = chunk(lease, 1, reach(5), reach(10))
  said.events.forEach((event, index) => {
    event.at += index * 20_000
  })
  await recordEvents(agent, said)
  expect((await getRun(fixture.viewer, { id })).progress).toEqual({
    ...{ stage: 'training', step: 10, totalSteps: 100, secondsLeft: 360 },
  })
})

const file = (text: string) => ({
  sha256: createHash('sha256').update(text).digest('hex'),
  stream: Readable.from([Buffer.from(text)]),
})

test('a finished training is registered in the transaction of its end; the last acknowledgment may be lost', async () => {
  const { agent, lease, fixture, id } = await startRun()
  const claims = await deps.tickets.verify('lease', lease.token)
  await storeArtifact(deps, claims, { path: 'output/hf/config.json', role: 'hf', ...file('{}') })
  await storeArtifact(deps, claims, { path: 'output/model-f16.gguf', role: 'gguf', ...file('GGUF') })
  const progress: TrainerEvent = { type: 'progress', step: 5, totalSteps: 5, stage: 'training' }
  const start: TrainerEvent = { type: 'run-start', totalSteps: 5, device: 'cpu' }
  const last = chunk(lease, 1, start, progress, metric(5), end('finished'), log('too late'))
  expect(await recordEvents(agent, last)).toEqual({ ackedSeq: 4, lost: false })
  const replay = chunk(lease, 3, metric(5), end('finished'))
  expect(await recordEvents(agent, replay)).toEqual({ ackedSeq: 4, lost: false })
  const ended = await getRun(fixture.viewer, { id })
  expect(ended).toMatchObject({
    status: 'finished',
    progress: { step: 5, totalSteps: 5 },
    results: { loss: 0.2 },
    attempts: [{ status: 'finished', environment: { device: 'cpu' } }],
  })
  expect(ended.modelVersionId).toMatch(/^model_/)
  const models = await deps.all.select().from(modelVersion).where(eq(modelVersion.runId, id))
  expect(models).toMatchObject([{ files: [{ name: 'model/config.json' }], gguf: { name: 'base.gguf' } }])
  expect(await claimRun(agent, requestWork(['pretrain']))).toBeNull()
})

test('a training whose weights were not uploaded has failed, with the reason', async () => {
  const { agent, lease, fixture, id } = await startRun()
  await recordEvents(agent, chunk(lease, 1, end('finished')))
  expect(await getRun(fixture.viewer, { id })).toMatchObject({
    status: 'failed',
    failure: { code: 'artifacts_missing' },
    modelVersionId: null,
  })
})

test('a trainer that stopped without a request leaves its run to the next attempt', async () => {
  const { agent, lease, fixture, id } = await startRun()
  expect(await recordEvents(agent, chunk(lease, 1, end('canceled')))).toEqual({
    ackedSeq: 1,
    lost: false,
  })
  expect(await getRun(fixture.viewer, { id })).toMatchObject({ status: 'queued' })
  expect(await claim(agent)).toMatchObject({ runId: id, epoch: 2 })
})

test('a failure has its reason', async () => {
  const { agent, lease, fixture, id } = await startRun()
  await recordEvents(agent, chunk(lease, 1, end('failed')))
  const reason = { code: 'out_of_memory' as const, message: 'Memory ran out.', remedy: 'Smaller batch.' }
  expect(await getRun(fixture.viewer, { id })).toMatchObject({
    status: 'failed',
    failure: reason,
    attempts: [{ status: 'failed', failure: reason }],
  })
})

test('an artifact has a row only when path, role, hash and lease are valid', async () => {
  const { lease } = await startRun()
  const claims = await deps.tickets.verify('lease', lease.token)
  for (const path of ['../x', '/etc/passwd', 'a/../../b', 'a//b', '.hidden', 'a\\b', 'a/./b', 'x\u0000'])
    await expect(storeArtifact(deps, claims, { path, role: 'hf', ...file('x') })).rejects.toMatchObject({
      code: 'invalid',
    })
  const wrong = { ...file('what came'), sha256: file('what was announced').sha256 }
  await expect(
    storeArtifact(deps, claims, { path: 'model.gguf', role: 'gguf', ...wrong }),
  ).rejects.toMatchObject({ code: 'invalid' })
  const { sha256 } = file('what came')
  expect(await deps.storage.exists(`objects/${sha256.slice(0, 2)}/${sha256}`)).toBe(false)
  const stored = await storeArtifact(deps, claims, { path: 'model.gguf', role: 'gguf', ...file('weights') })
  expect(stored).toMatchObject({ path: 'model.gguf', sizeBytes: 7 })
  const again = await storeArtifact(deps, claims, { path: 'model.gguf', role: 'gguf', ...file('weights') })
  expect(again.id).toBe(stored.id)
  deps.advance(leaseMs + 1)
  await expireLeases(deps)
  await expect(
    storeArtifact(deps, claims, { path: 'b.gguf', role: 'gguf', ...file('late') }),
  ).rejects.toMatchObject({ code: 'lease_lost' })
})
