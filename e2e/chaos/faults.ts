import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { House } from './house'
import { kill } from './process'
import type { Fault, FaultKind } from './schedule'
import { lookIntoSpools, type SpoolView } from './spools'

/** Strikes once. @returns false when there was nothing to strike: no trainer to kill, a spool that did not fill */
type Strike = (house: House, fault: Fault, seen: SpoolView[]) => Promise<boolean>

const strikes: Record<FaultKind, Strike> = {
  'kill-hub': (house, fault) => outage(house, 'hub', fault),
  'kill-database': (house, fault) => outage(house, 'database', fault),
  'kill-agent': async (house, fault, seen) => {
    await house.kill('agent')
    seen.push(...(await lookIntoSpools(house.agentHome)))
    await sleep(fault.lastsMs)
    await house.start('agent')
    return true
  },
  'kill-trainer': async (house) => {
    for (let waited = 0; waited < 60_000; waited += 200) {
      const alive = await house.trainers()
      for (const pid of alive) kill(-pid, 'SIGKILL')
      if (alive.length > 0) return true
      await sleep(200)
    }
    return false
  },
  'cut-network': async ({ network }, { lastsMs }) => {
    network.cut()
    await sleep(lastsMs)
    network.mend()
    return true
  },
  'delay-network': async ({ network }, { lastsMs, delayMs }) => {
    network.slow(delayMs)
    await sleep(lastsMs)
    network.mend()
    return true
  },
  'half-open-network': async ({ network }, { lastsMs }) => {
    network.swallow()
    await sleep(lastsMs)
    network.mend()
    return true
  },
  'fill-spool': async (house, { lastsMs }) => {
    const before = await timesFull(house)
    house.network.cut()
    let isFull = false
    while (!isFull && (await house.trainers()).length > 0) {
      await sleep(500)
      isFull = (await timesFull(house)) > before
    }
    await sleep(lastsMs)
    house.network.mend()
    return isFull
  },
  blackout: async (house, { ends, returns, lastsMs }, seen) => {
    for (const part of ends) await house.kill(part)
    seen.push(...(await lookIntoSpools(house.agentHome)))
    for (const part of returns) {
      await sleep(lastsMs / 3)
      await house.start(part)
    }
    return true
  },
}

export const strike: Strike = (house, fault, seen) => strikes[fault.kind](house, fault, seen)

async function outage(house: House, part: 'hub' | 'database', { lastsMs }: Fault): Promise<boolean> {
  await house.kill(part)
  await sleep(lastsMs)
  await house.start(part)
  return true
}

/** How often the agent has said that a spool had reached its quota. */
async function timesFull({ home }: House): Promise<number> {
  const text = await readFile(join(home, 'logs/agent.log'), 'utf8')
  return text.split('has reached its quota').length - 1
}
