import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { Agent } from '../agent'
import { readSettings } from '../env'
import { defaultTimings, type Timings } from '../run/timings'
import { tsxArguments } from '../tsx'
import { agentEnv } from './env'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

const quick: Timings = {
  ...defaultTimings,
  // Long enough for a busy machine; tests of trainers that ignore signals set their own values.
  cancelGraceMs: 120_000,
  stopGraceMs: 120_000,
  lingerMs: 700,
  silenceMs: 120_000,
  renewEveryMs: 200,
  pollWorkMs: 500,
  sampleEveryMs: 3_600_000,
}

export const temporaryHome = () => mkdtemp(join(tmpdir(), 'palate-agent-'))
export const removeHome = (home: string) => rm(home, { recursive: true, force: true, maxRetries: 3 })

/** An agent inside the test's own process. */
export function startAgent(
  hubUrl: string,
  home: string,
  timings: Partial<Timings> = {},
  env: Record<string, string> = {},
): Promise<Agent> {
  const settings = readSettings(agentEnv(hubUrl, home, env))
  return Agent.start(settings, pino({ level: settings.logLevel }), { ...quick, ...timings })
}

/** An agent as a separate process, which a test can kill. */
export function spawnAgent(hubUrl: string, home: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, tsxArguments(main), {
    env: agentEnv(hubUrl, home, env),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { kill: (signal: NodeJS.Signals) => child.kill(signal), exited }
}

/** Runs `palate-agent drain` for the agent of a folder. @returns its exit code */
export function spawnDrain(hubUrl: string, home: string): Promise<number | null> {
  const child = spawn(process.execPath, [...tsxArguments(main), 'drain'], {
    env: agentEnv(hubUrl, home),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return new Promise((resolve) => child.once('exit', resolve))
}

/** Waits until a condition holds. @throws Error naming it after `timeoutMs` */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 120_000,
): Promise<Exclude<T, null | undefined | false>> {
  const end = Date.now() + timeoutMs
  while (Date.now() < end) {
    const value = await condition()
    if (value) return value as Exclude<T, null | undefined | false>
    await sleep(25)
  }
  throw new Error(`Did not happen in time: ${what}`)
}

/** Lets a trainer whose job has `goTo` continue to a step. The file is replaced at once: the trainer may read it at any time. */
export async function letGo(home: string, runId: string, step: number): Promise<void> {
  const file = join(home, 'runs', runId, 'work/go')
  await writeFile(`${file}.new`, String(step))
  await rename(`${file}.new`, file)
}

/** The process ids that trainers of a run have written, and those that are alive. */
export async function trainerPids(home: string, runId: string): Promise<{ all: number[]; alive: number[] }> {
  const text = await readFile(join(home, 'runs', runId, 'work/pids'), 'utf8').catch(() => '')
  const all = text.split('\n').filter(Boolean).map(Number)
  return { all, alive: all.filter(isAlive) }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
