import { createRun, getRunMetrics } from '@palate/core'
import { createWorkspaceFixture } from '@palate/core/testing'
import { EventBatchReply, Lease } from '@palate/protocol'
import { expect, it } from 'vitest'
import { connectAgent, openAgent } from './testing/agent'
import { startTestHub } from './testing/hub'

const test = await startTestHub()
const fixture = await createWorkspaceFixture(test.deps)

const lines = (first: number, last: number) => {
  let text = ''
  for (let seq = first; seq <= last; seq += 1) {
    const event = { type: 'metric', step: seq, time: 1_700_000_000_000 + seq, values: { loss: seq / 8 } }
    text += `${JSON.stringify({ seq, at: 1_700_000_000_000, event })}\n`
  }
  return Buffer.from(text)
}

async function start() {
  const agent = await connectAgent(test.origin, fixture.owner)
  expect((await agent.hello()).features).toContain('run-lines')
  await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  const { runId, attemptId, epoch } = Lease.parse(await agent.ask('lease-request', { kinds: ['pretrain'] }))
  const send = async (first: number, last: number, by = agent) =>
    EventBatchReply.parse(await by.ask('run-lines', { runId, attemptId, epoch, lines: lines(first, last) }))
  const points = async () =>
    (await getRunMetrics(fixture.viewer, { runId, maxPoints: 2000 }))[0]?.points ?? []
  return { agent, runId, attemptId, epoch, send, points }
}

it('batches that follow each other without waiting are recorded in their order', async () => {
  const { send, points } = await start()
  const replies = await Promise.all([send(1, 100), send(101, 200), send(201, 201), send(202, 500)])
  expect(replies.map(({ ackedSeq }) => ackedSeq)).toEqual([100, 200, 201, 500])
  expect(await points()).toEqual(Array.from({ length: 500 }, (_, at) => [at + 1, (at + 1) / 8]))
})

it('a batch after one that is missing is not taken; sent again with what was missing it is, once', async () => {
  const { send, points } = await start()
  expect((await send(1, 10)).ackedSeq).toBe(10)
  expect((await send(21, 30)).ackedSeq).toBe(10)
  expect((await send(5, 30)).ackedSeq).toBe(30)
  expect(await points()).toHaveLength(30)
})

it('what another line of the same agent recorded meanwhile is not recorded again', async () => {
  const { agent, runId, attemptId, epoch, send, points } = await start()
  await send(1, 10)
  const again = await openAgent(test.origin, agent.agentId, agent.credential)
  const reply = await again.hello({ running: [{ runId, attemptId, epoch, lastSeq: 10 }] })
  expect(reply.keep).toMatchObject([{ attemptId, ackedSeq: 10 }])
  expect((await send(1, 20, again)).ackedSeq).toBe(20)
  expect((await send(15, 40, again)).ackedSeq).toBe(40)
  expect(await points()).toHaveLength(40)
})

it('what is no batch of lines gets a sentence', async () => {
  const { agent, runId, attemptId, epoch } = await start()
  for (const bad of ['text', Buffer.from('{"seq":'), Buffer.from('{}\n'), Buffer.alloc(0)])
    expect(await agent.ask('run-lines', { runId, attemptId, epoch, lines: bad })).toMatchObject({
      error: { code: 'invalid' },
    })
  expect(agent.socket.connected).toBe(true)
})

it('a database that cannot take a long batch is said in words, and the same batch is taken later', async () => {
  const { agent, runId, attemptId, epoch, send, points } = await start()
  await send(1, 600)
  await test.deps.sql`create function disk_is_full() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$`
  await test.deps.sql`create trigger disk_is_full after insert on metric_point
    for each statement execute function disk_is_full()`
  const errorResponse = await agent.ask('run-lines', { runId, attemptId, epoch, lines: lines(601, 1200) })
  expect(errorResponse).toMatchObject({
    error: { code: 'unavailable', message: 'The database does not answer at the moment.' },
  })
  await test.deps.sql`drop trigger disk_is_full on metric_point`
  expect((await send(601, 1200)).ackedSeq).toBe(1200)
  expect(await points()).toHaveLength(1200)
})
