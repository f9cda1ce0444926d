import { setTimeout as sleep } from 'node:timers/promises'
import { attempt, metricPoint, metricSeries } from '@palate/db'
import type { TrainerEvent } from '@palate/protocol'
import { and, asc, eq, sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { createAgent, createTestDeps, createWorkspaceFixture, recordEvents, requestWork } from '../testing'
import { claimRun } from './claim'
import { createRun } from './create'
import { AttemptMemory } from './events/attempt-memory'
import type { EventChunk } from './events/read-lines'

const deps = await createTestDeps()

/** An attempt whose chunks are recorded with one memory, as in a hub. */
async function startAttempt() {
  const fixture = await createWorkspaceFixture(deps)
  await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  const agent = await createAgent(deps, fixture.workspaceId)
  const lease = await claimRun(agent, requestWork(['pretrain']))
  if (!lease) throw new Error('no lease')
  const { runId, attemptId, epoch } = lease
  const memory = new AttemptMemory()
  const send = (from: number, said: TrainerEvent[]) => {
    const events = said.map((event, index) => ({ seq: from + index, at: 0, event }))
    return recordEvents(agent, { runId, attemptId, epoch, events } satisfies EventChunk, memory)
  }
  return { attemptId, send }
}

const metric = (
  step: number,
  values: Record<string, number>,
  time = 1_760_000_000_000.5 + step,
): TrainerEvent => ({
  type: 'metric',
  axis: 'step',
  position: step,
  time,
  values,
})
/** More points than a chunk of a running trainer has: these are copied. */
const many = (firstStep: number, key = 'loss') =>
  Array.from({ length: 600 }, (_, index) => metric(firstStep + index, { [key]: (firstStep + index) / 7 }))

async function pointsOf(attemptId: string, key = 'loss') {
  const rows = await deps.all
    .select({ step: metricPoint.position, time: metricPoint.time, value: metricPoint.value })
    .from(metricPoint)
    .innerJoin(metricSeries, eq(metricSeries.id, metricPoint.seriesId))
    .where(and(eq(metricSeries.attemptId, attemptId), eq(metricSeries.key, key)))
    .orderBy(asc(metricPoint.position))
  return rows.map(({ step, time, value }) => [step, time.getTime(), value])
}

const ackedOf = async (attemptId: string) =>
  (await deps.all.select().from(attempt).where(eq(attempt.id, attemptId)))[0]?.ackedSeq

test('copied points are exact: numbers to the last bit, times of all years, an earlier step', async () => {
  const { attemptId, send } = await startAttempt()
  const said: [number, number, number][] = [
    [0, 1_760_000_000_000, 0.1 + 0.2],
    [1, 0, 0],
    [2, Date.UTC(1999, 11, 31, 23, 59, 59, 999), Number.MIN_VALUE],
    [3, Date.UTC(2000, 0), Number.MAX_VALUE],
    [2_147_483_647, Date.UTC(9999, 0), -1e-300],
  ]
  const odd = said.map(([step, time, value]) => metric(step, { odd: value }, time))
  expect(await send(1, [...many(0), ...odd, metric(5, { loss: 99 })])).toEqual({ ackedSeq: 606, lost: false })
  expect(await pointsOf(attemptId, 'odd')).toEqual(said)
  expect(await pointsOf(attemptId)).toEqual(
    Array.from({ length: 600 }, (_, step) => [step, 1_760_000_000_000 + step, step / 7]),
  )
})

test('a copy that meets an existing point fails, stores nothing, and succeeds the next time', async () => {
  const { attemptId, send } = await startAttempt()
  await send(1, [metric(0, { loss: 1 })])
  // Another process went further meanwhile, so what is remembered is wrong.
  await deps.all.execute(sql`insert into metric_point (series_id, position, "time", value)
    select id, 300, now(), 5 from metric_series where attempt_id = ${attemptId}`)
  await expect(send(2, many(1))).rejects.toMatchObject({ code: '23505' })
  expect(await pointsOf(attemptId)).toHaveLength(2)
  expect(await ackedOf(attemptId)).toBe(1)
  expect(await send(2, many(1))).toEqual({ ackedSeq: 601, lost: false })
  const points = await pointsOf(attemptId)
  expect(points).toHaveLength(601)
  expect(points[300]?.[2]).toBe(5)
})

test('a disk error at the end of a copy has its own code, and nothing is half stored', async () => {
  const { attemptId, send } = await startAttempt()
  await send(1, many(0))
  await deps.all.execute(sql`create function disk_is_full() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$`)
  // After all rows are sent, where a client that does not wait for the end misses the error.
  await deps.all.execute(sql`create trigger disk_is_full after insert on metric_point
    for each statement execute function disk_is_full()`)
  const refused = send(601, many(600))
  await expect(refused).rejects.toMatchObject({ code: '53100', message: 'could not extend file' })
  await deps.all.execute(sql`drop trigger disk_is_full on metric_point`)
  expect(await pointsOf(attemptId)).toHaveLength(600)
  expect(await ackedOf(attemptId)).toBe(600)
  expect(await send(601, many(600))).toEqual({ ackedSeq: 1200, lost: false })
})

test('a connection killed during a copy is an error, and the next one stores the chunk', async () => {
  const { attemptId, send } = await startAttempt()
  await send(1, many(0))
  let failure: Promise<unknown> = Promise.resolve()
  await deps.all.transaction(async (tx) => {
    await tx.execute(sql`lock table metric_point in share row exclusive mode`)
    failure = send(601, many(600)).then(
      () => null,
      (error: unknown) => error,
    )
    const kill = () => deps.owner`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query like 'copy metric_point%' and wait_event_type = 'Lock'`
    while ((await kill()).length === 0) await sleep(10)
  })
  expect(await failure).toMatchObject({
    code: expect.stringMatching(/^(57P01|CONNECTION_CLOSED|ECONNRESET|EPIPE)$/),
  })
  expect(await pointsOf(attemptId)).toHaveLength(600)
  expect(await ackedOf(attemptId)).toBe(600)
  expect(await send(601, many(600))).toEqual({ ackedSeq: 1200, lost: false })
  expect(await pointsOf(attemptId)).toHaveLength(1200)
})
