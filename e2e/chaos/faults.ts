import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { kill } from './process'
import type { Fault, FaultKind } from './schedule'
import { readSpools, type SpoolView } from './spools'
import type { Stack } from './stack'

/** Strikes once. @returns false when there was nothing to strike: no trainer to kill, a spool that did not fill */
type Strike = (stack: Stack, fault: Fault, seen: SpoolView[]) => Promise<boolean>

const strikes: Record<FaultKind, Strike> = {
  'kill-hub': (stack, fault) => outage(stack, 'hub', fault),
  'kill-database': (stack, fault) => outage(stack, 'database', fault),
  'kill-postmaster': (stack, fault) => databaseOutage(stack, 'kill-postmaster', fault),
  'stop-database': (stack, fault) => databaseOutage(stack, 'immediate', fault),
  'kill-agent': async (stack, fault, seen) => {
    await stack.kill('agent')
    seen.push(...(await readSpools(stack.agentHome)))
    await sleep(fault.lastsMs)
    await stack.start('agent')
    return true
  },
  'kill-trainer': async (stack) => {
    for (let waited = 0; waited < 60_000; waited += 200) {
      const alive = await stack.trainers()
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
  'fill-spool': async (stack, { lastsMs }) => {
    const before = await timesFull(stack)
    stack.network.cut()
    let isFull = false
    while (!isFull && (await stack.trainers()).length > 0) {
      await sleep(500)
      isFull = (await timesFull(stack)) > before
    }
    await sleep(lastsMs)
    stack.network.mend()
    return isFull
  },
  blackout: async (stack, { ends, returns, lastsMs }, seen) => {
    for (const part of ends) await stack.kill(part)
    seen.push(...(await readSpools(stack.agentHome)))
    for (const part of returns) {
      await sleep(lastsMs / 3)
      await stack.start(part)
    }
    return true
  },
}

export const strike: Strike = (stack, fault, seen) => strikes[fault.kind](stack, fault, seen)

async function outage(stack: Stack, part: 'hub' | 'database', { lastsMs }: Fault): Promise<boolean> {
  await stack.kill(part)
  await sleep(lastsMs)
  await stack.start(part)
  return true
}

async function databaseOutage(
  { database }: Stack,
  how: 'kill-postmaster' | 'immediate',
  { lastsMs }: Fault,
): Promise<boolean> {
  await database.kill(how)
  await sleep(lastsMs)
  await database.start()
  return true
}

/** How often the agent has logged that a spool reached its quota. */
async function timesFull({ home }: Stack): Promise<number> {
  const text = await readFile(join(home, 'logs/agent.log'), 'utf8')
  return text.split('has reached its quota').length - 1
}
