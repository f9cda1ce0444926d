import { createRun, getRunMetrics } from '@palate/core'
import { createWorkspaceFixture } from '@palate/core/testing'
import type { SpooledEvent } from '@palate/protocol'
import { expect, it } from 'vitest'
import { connectAgent, openAgent, toLines } from './testing/agent'
import { startTestHub } from './testing/hub'

const test = await startTestHub()
const fixture = await createWorkspaceFixture(test.deps)

const at = 1_700_000_000_000
const metrics = (first: number, last: number): SpooledEvent[] =>
  Array.from({ length: last - first + 1 }, (_, index) => {
    const seq = first + index
    return {
      seq,
      at,
      event: { type: 'metric', axis: 'step', position: seq, time: at + seq, values: { loss: seq / 8 } },
    }
  })

async function start() {
  const agent = await connectAgent(test.origin, fixture.owner)
  await agent.hello()
  await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  const { runId, attemptId, epoch } = await agent.lease('pretrain')
  const send = (first: number, last: number, by = agent) =>
    by.send({ runId, attemptId, epoch }, metrics(first, last))
  const recorded = async () =>
    (await getRunMetrics(fixture.viewer, { runId, maxPoints: 2000 })).series[0]?.points ?? []
  return { agent, runId, attemptId, epoch, send, recorded }
}

it('chunks sent without waiting for a reply are recorded in their order', async () => {
  const { send, recorded } = await start()
  const replies = await Promise.all([send(1, 100), send(101, 200), send(201, 201), send(202, 500)])
  expect(replies.map(({ ackedSeq }) => ackedSeq)).toEqual([100, 200, 201, 500])
  expect(await recorded()).toEqual(Array.from({ length: 500 }, (_, at) => [at + 1, (at + 1) / 8]))
})

it('a chunk after a missing one is not taken; sent again with the missing events it is recorded once', async () => {
  const { send, recorded } = await start()
  expect((await send(1, 10)).ackedSeq).toBe(10)
  expect((await send(21, 30)).ackedSeq).toBe(10)
  expect((await send(5, 30)).ackedSeq).toBe(30)
  expect(await recorded()).toHaveLength(30)
})

it('events recorded over another socket of the same agent are not recorded again', async () => {
  const { agent, runId, attemptId, epoch, send, recorded } = await start()
  await send(1, 10)
  const again = await openAgent(test.origin, agent.agentId, agent.credential)
  const reply = await again.hello({ running: [{ runId, attemptId, epoch, lastSeq: 10 }] })
  expect(reply.keep).toMatchObject([{ attemptId, ackedSeq: 10 }])
  expect((await send(1, 20, again)).ackedSeq).toBe(20)
  expect((await send(15, 40, again)).ackedSeq).toBe(40)
  expect(await recorded()).toHaveLength(40)
})

it('a message that is not lines of JSON gets an error', async () => {
  const { agent, runId, attemptId, epoch } = await start()
  for (const bad of ['text', Buffer.from('{"seq":'), Buffer.from('{}\n'), Buffer.alloc(0)])
    expect(await agent.ask('run-lines', { runId, attemptId, epoch, lines: bad })).toMatchObject({
      error: { code: 'invalid' },
    })
  expect(agent.socket.connected).toBe(true)
})

it('a full disk of the database gives an error, and the same chunk is taken later', async () => {
  const { agent, runId, attemptId, epoch, send, recorded } = await start()
  await send(1, 600)
  await test.deps.owner`create function disk_is_full() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$`
  await test.deps.owner`create trigger disk_is_full after insert on metric_point
    for each statement execute function disk_is_full()`
  const errorResponse = await agent.ask('run-lines', {
    runId,
    attemptId,
    epoch,
    lines: toLines(metrics(601, 1200)),
  })
  expect(errorResponse).toMatchObject({
    error: { code: 'unavailable', message: 'The disk of the database is full.' },
  })
  await test.deps.owner`drop trigger disk_is_full on metric_point`
  expect((await send(601, 1200)).ackedSeq).toBe(1200)
  expect(await recorded()).toHaveLength(1200)
})
