import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bootstrapDemo, CoreEnv, demoOwner, openDepsFromEnv } from '@palate/core'
import { freePort, waitFor } from '../../scripts/lib/process.mjs'
import { startStack } from '../../scripts/lib/stack.mjs'
import { takeAccount, type Verdict } from './account'
import { keepBusy, untilAllOver, type WorkOptions } from './busy'
import { kill } from './process'
import { Chance } from './random'
import { Recorder } from './recorder'
import { readSpools, type SpoolView } from './spools'
import { findTrainers, retrying, type Workplace } from './stack'

/** Shortened, so that ten deaths use up the budget several times and the slowest pace is met too. */
const policy = { firstSeconds: 0.5, slowestSeconds: 2, windowSeconds: 20, budget: 5 }
const parts = ['postgres', 'hub', 'web', 'agent'] as const
type Part = (typeof parts)[number]
const readyMs = 180_000

export interface RepeatResult extends Verdict {
  killed: Record<Part, number>
  /** Whether everything worked again after the last death. */
  isUp: boolean
  seconds: number
}

export interface RepeatOptions extends WorkOptions {
  times: number
  python: string
  /** The web app's build. */
  dist: string
  keep: boolean
  tell: (text: string) => void
}

/** Kills each part of what `npm start` starts several times in a row, while runs work; the supervisor brings it back. */
export async function runRepeat(options: RepeatOptions): Promise<RepeatResult> {
  const { times, tell, keep } = options
  const began = Date.now()
  const home = await mkdtemp(join(tmpdir(), 'palate-repeat-'))
  await chmod(home, 0o755) // the database runs as another user, who needs access
  const { stack, place, close } = await openPlace(home, options)
  const views: SpoolView[] = []
  const chance = new Chance(times)
  const leave = () => void close().finally(() => process.exit(1))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave)
  // Of the clients of this test itself, whose database is taken away all the time: what they ask is asked again.
  process.on('unhandledRejection', (error) => tell(`lost by this test's own client: ${error}`))
  const killed = { postgres: 0, hub: 0, web: 0, agent: 0 }
  try {
    const keeper = keepBusy(place, options)
    for (const part of parts) {
      for (let count = 0; count < times; count += 1) {
        await upAgain(stack.children, part)
        await sleep(chance.between(0, 1500))
        await strike(stack.children, part, count)
        if (part === 'agent') views.push(...(await readSpools(join(home, 'agent'))))
        killed[part] += 1
        tell(`${part} killed, ${count + 1} of ${times}`)
      }
    }
    await keeper.stop()
    const isUp = await allUp(stack)
    tell('the faults are over; waiting for the runs to finish')
    await untilAllOver(place)
    const verdict = await takeAccount(place, views, await keeper.references(), { mayGiveUp: true })
    return { ...verdict, killed, isUp, seconds: Math.round((Date.now() - began) / 1000) }
  } finally {
    await close()
    if (!keep) await rm(home, { recursive: true, force: true, maxRetries: 3 })
    else tell(`its folder is ${home}`)
  }
}

type Stack = Awaited<ReturnType<typeof startStack>>

/** The whole stack, with trainers that record what they send. */
async function openPlace(home: string, { python, dist }: RepeatOptions) {
  const recorder = new Recorder(join(home, 'recorder'))
  const agentEnv = { PALATE_SPOOL_QUOTA_BYTES: '4096', PALATE_LLAMA_GPU: 'off' }
  const program = await recorder.prepare(python)
  const stack = await startStack({ home, port: await freePort(), python: program, dist, policy, agentEnv })
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const opened = await openDepsFromEnv(CoreEnv.parse(stack.env), {
    applicationName: 'chaos',
    maxConnections: 2,
    log,
  })
  const owner = demoOwner(opened.deps, await bootstrapDemo(opened.deps))
  const place: Workplace = {
    ...{ owner, recorder },
    retrying: (ask) => retrying(owner, ask),
    trainers: () => findTrainers(recorder),
  }
  const close = async () => {
    await stack.stop()
    for (const pid of await place.trainers()) kill(-pid, 'SIGKILL')
    await opened.close()
  }
  return { stack, place, close }
}

/** @throws Error when its supervisor does not bring it back */
async function upAgain(children: Stack['children'], part: Part): Promise<void> {
  await waitFor(part, async () => children[part]?.isUp === true, { timeoutMs: readyMs })
}

/** SIGKILL, except that every other death of PostgreSQL is an immediate shutdown. */
async function strike(children: Stack['children'], part: Part, count: number): Promise<void> {
  const child = children[part]
  kill(child?.process?.pid ?? 0, part === 'postgres' && count % 2 === 1 ? 'SIGQUIT' : 'SIGKILL')
  await waitFor(`The end of ${part}`, async () => child?.isUp !== true)
}

async function allUp({ children, origin }: Stack): Promise<boolean> {
  const answers = async (path: string) => (await fetch(`${origin}${path}`)).status === 200
  try {
    for (const part of parts) await upAgain(children, part)
    await waitFor('The hub', () => answers('/files/health'), { timeoutMs: readyMs })
    await waitFor('The web app', () => answers('/api/health'), { timeoutMs: readyMs })
    return true
  } catch {
    return false
  }
}
