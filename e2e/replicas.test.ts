import { createLiveTicket } from '@palate/core'
import { LiveNotice } from '@palate/protocol'
import { io } from 'socket.io-client'
import { expect, it } from 'vitest'
import { countPalate } from './bench/count-points'
import { startHouse } from './bench/house'
import { openKitchen } from './bench/kitchen'
import { metricKeys } from './bench/points'
import { startRedis } from './bench/redis'
import { openSimulatedAgent, type SimulatedAgent } from './bench/simulated-agent'

const redis = await startRedis()
const patienceMs = 240_000

/** A browser's socket on one hub, and what it is told. */
async function watch(hubUrl: string, ticket: string) {
  const looks: LiveNotice[] = []
  const socket = io(`${hubUrl}/live`, { auth: { ticket }, transports: ['websocket'], forceNew: true })
  socket.on('look', (notice) => looks.push(LiveNotice.parse(notice)))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  return { looks, close: () => socket.disconnect() }
}

const until = async (what: string, check: () => boolean | Promise<boolean>) => {
  for (const end = Date.now() + 60_000; !(await check()); ) {
    if (Date.now() > end) throw new Error(`Still waiting for ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

it.skipIf(!redis)(
  'two hubs behind one origin: each browser sees every agent once, and a killed hub costs nothing (skipped where no Redis can be had)',
  { timeout: patienceMs },
  async () => {
    const house = await startHouse({ hubs: 2, env: { REDIS_URL: redis?.url ?? '' } })
    const kitchen = await openKitchen(house)
    const { ticket } = await createLiveTicket(kitchen.owner)
    try {
      const browsers = await Promise.all(house.hubUrls.map((url) => watch(url, ticket)))
      const [box, ...boxes] = await kitchen.enrol(5)
      if (!box) throw new Error('no agent')
      await kitchen.queue(1)

      // An agent on the second hub; browsers on both are told, each of them once of one change.
      const apart = await openSimulatedAgent(house.hubUrls[1] ?? '', house.home, box)
      await until('the lease', () =>
        browsers.every(({ looks }) => looks.some(({ topic }) => topic === 'run')),
      )
      for (const { looks } of browsers) looks.length = 0
      await apart.work(1)
      const { runId } = apart.lease
      const told = ({ looks }: { looks: LiveNotice[] }) => looks.filter(({ id }) => id === runId).length
      // Notices come in their order: who has heard of the next run has heard all of this one.
      const [next] = await kitchen.queue(1)
      await until('both browsers', () => browsers.every(({ looks }) => looks.some(({ id }) => id === next)))
      const [first, second] = browsers.map(told)
      expect(first).toBe(second)
      expect(first).toBeLessThanOrEqual(2)
      await apart.close()

      // Four agents through the origin; one of their hubs is killed while they deliver.
      await kitchen.queue(boxes.length)
      const agents: SimulatedAgent[] = []
      for (const each of boxes) agents.push(await openSimulatedAgent(house.origin, house.home, each))
      const steps = 6000
      const work = agents.map((agent) => agent.work(steps, 100))
      await until('the first points of theirs', async () => {
        const [row] = await kitchen.owner.sql`select count(*)::int as points from metric_point`
        return row?.points > metricKeys.length
      })
      await house.hubs[0]?.kill()
      await Promise.all(work)
      const countMoved = () => agents.filter(({ disconnects }) => disconnects > 0).length
      await until('those of the killed hub to move', () => countMoved() > 0)
      const moved = countMoved()
      expect(moved).toBeLessThan(agents.length)
      const attempts = [...agents].map(({ lease }) => ({
        attemptId: lease.attemptId,
        points: steps * metricKeys.length,
      }))
      expect(await countPalate(house.databaseUrl, attempts, steps)).toEqual({ lost: 0, duplicates: 0 })
      for (const agent of agents) await agent.close()
      for (const browser of browsers) browser.close()
    } finally {
      await kitchen.close()
      await house.stop()
      await redis?.stop()
    }
  },
)
