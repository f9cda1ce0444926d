import { setTimeout as sleep } from 'node:timers/promises'
import { takeAccount, type Verdict } from './account'
import { keepBusy, untilAllOver, type WorkOptions } from './busy'
import { strike } from './faults'
import { type FaultKind, makeSchedule, makeUploadCuts } from './schedule'
import type { SpoolView } from './spools'
import { Stack } from './stack'

export interface SeedResult extends Verdict {
  seed: number
  /** Faults that happened. */
  struck: Partial<Record<FaultKind | 'cut-upload', number>>
  seconds: number
}

export interface SeedOptions extends WorkOptions {
  seed: number
  faults: number
  python: string
  keep: boolean
  tell: (text: string) => void
}

const signals = ['SIGINT', 'SIGTERM'] as const

/** One chaos test: its own stack, work that lasts longer than the faults, and the results afterwards. */
export async function runSeed(options: SeedOptions): Promise<SeedResult> {
  const { seed, tell } = options
  const began = Date.now()
  const stack = await Stack.open(options.python, makeUploadCuts(seed, 3))
  const views: SpoolView[] = []
  const leave = () => void stack.close(options.keep).finally(() => process.exit(1))
  for (const signal of signals) process.once(signal, leave)
  try {
    await stack.start('hub')
    await stack.start('agent')
    const keeper = keepBusy(stack, options)
    const struck = await strikeAll(stack, options, views)
    await keeper.stop()
    tell('the faults are over; waiting for the runs to finish')
    await untilAllOver(stack)
    const verdict = await takeAccount(stack, views, await keeper.references())
    if (stack.network.uploadsCut > 0) struck['cut-upload'] = stack.network.uploadsCut
    return { ...verdict, seed, struck, seconds: Math.round((Date.now() - began) / 1000) }
  } finally {
    for (const signal of signals) process.off(signal, leave)
    await stack.close(options.keep)
    if (options.keep) tell(`its folder is ${stack.home}`)
  }
}

async function strikeAll(stack: Stack, { seed, faults, tell }: SeedOptions, views: SpoolView[]) {
  const struck: SeedResult['struck'] = {}
  const queue = makeSchedule(seed, faults)
  for (let tries = 0; queue.length > 0 && tries < faults * 2; tries += 1) {
    const fault = queue.shift()
    if (!fault) break
    await stack.check()
    await sleep(fault.pauseMs)
    if (fault.amidWork || fault.kind === 'fill-spool') await untilWorkGoesOn(stack)
    const began = Date.now()
    if (await strike(stack, fault, views)) {
      struck[fault.kind] = (struck[fault.kind] ?? 0) + 1
      tell(`${fault.kind}, ${((Date.now() - began) / 1000).toFixed(1)} s; ${queue.length} to go`)
    } else {
      tell(`${fault.kind} found nothing to strike and is tried again later`)
      queue.push(fault)
    }
  }
  return struck
}

/** Waits until a trainer has sent something new, for at most a minute and a half. */
async function untilWorkGoesOn(stack: Stack): Promise<void> {
  const before = await stack.recorder.bytes()
  for (let waited = 0; waited < 90_000; waited += 250) {
    if ((await stack.recorder.bytes()) > before + 1500) return
    await sleep(250)
  }
}
