import { createLiveTicket } from '@palate/core'
import { LiveNotice } from '@palate/protocol'
import { io } from 'socket.io-client'
import { expect, it } from 'vitest'
import { countPalate } from './bench/count-points'
import { metricKeys } from './bench/points'
import { startRedis } from './bench/redis'
import { openSimulatedAgent, type SimulatedAgent } from './bench/simulated-agent'
import { startStack } from './bench/stack'
import { openWorkspace } from './bench/workspace'

const redis = await startRedis()
const timeoutMs = 240_000

/** A browser's socket on one hub, and what it received. */
async function watch(hubUrl: string, ticket: string) {
  const changes: LiveNotice[] = []
  const socket = io(`${hubUrl}/live`, { auth: { ticket }, transports: ['websocket'], forceNew: true })
  socket.on('changed', (notice) => changes.push(LiveNotice.parse(notice)))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  return { changes, close: () => socket.disconnect() }
}

const until = async (what: string, check: () => boolean | Promise<boolean>) => {
  for (const end = Date.now() + 60_000; !(await check()); ) {
    if (Date.now() > end) throw new Error(`Still waiting for ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

it.skipIf(!redis)(
  'two hubs behind one origin: each browser sees every agent once, and a killed hub costs nothing (skipped where no Redis is available)',
  { timeout: timeoutMs },
  async () => {
    const stack = await startStack({ hubs: 2, env: { REDIS_URL: redis?.url ?? '' } })
    const fixture = await openWorkspace(stack)
    const { ticket } = await createLiveTicket(fixture.owner)
    try {
      const browsers = await Promise.all(stack.hubUrls.map((url) => watch(url, ticket)))
      const [machine, ...machines] = await fixture.enroll(5)
      if (!machine) throw new Error('no agent')
      await fixture.queue(1)

      // An agent on the second hub; browsers on both get one notice for one change.
      const apart = await openSimulatedAgent(stack.hubUrls[1] ?? '', stack.home, machine)
      await until('the lease', () =>
        browsers.every(({ changes }) => changes.some(({ topic }) => topic === 'run')),
      )
      for (const { changes } of browsers) changes.length = 0
      await apart.work(1)
      const { runId } = apart.lease
      const received = ({ changes }: { changes: LiveNotice[] }) =>
        changes.filter(({ id }) => id === runId).map(({ topic }) => topic)
      // Notices arrive in order: after one of the next run there are none left of this one.
      const [next] = await fixture.queue(1)
      await until('both browsers', () =>
        browsers.every(({ changes }) => changes.some(({ id }) => id === next)),
      )
      const [first = [], second] = browsers.map(received)
      expect(first).toEqual(second)
      // Two changes, the metric and the run's end: each announces a topic at most once.
      for (const topic of first) expect(first.filter((one) => one === topic).length).toBeLessThanOrEqual(2)
      await apart.close()

      // Four agents through the origin; one of their hubs is killed while they deliver.
      await fixture.queue(machines.length)
      const agents: SimulatedAgent[] = []
      for (const each of machines) agents.push(await openSimulatedAgent(stack.origin, stack.home, each))
      const steps = 6000
      const work = agents.map((agent) => agent.work(steps, 100))
      await until('the first points of theirs', async () => {
        const [row] = await fixture.owner.sql`select count(*)::int as points from metric_point`
        return row?.points > metricKeys.length
      })
      await stack.hubs[0]?.kill()
      await Promise.all(work)
      const countMoved = () => agents.filter(({ disconnects }) => disconnects > 0).length
      await until('those of the killed hub to move', () => countMoved() > 0)
      const moved = countMoved()
      expect(moved).toBeLessThan(agents.length)
      const attempts = [...agents].map(({ lease }) => ({
        attemptId: lease.attemptId,
        points: steps * metricKeys.length,
      }))
      expect(await countPalate(stack.databaseUrl, attempts, steps)).toEqual({ lost: 0, duplicates: 0 })
      for (const agent of agents) await agent.close()
      for (const browser of browsers) browser.close()
    } finally {
      await fixture.close()
      await stack.stop()
      await redis?.stop()
    }
  },
)
