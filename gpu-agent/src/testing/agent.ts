import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { Agent } from '../agent'
import { readSettings } from '../env'
import { tsxArguments } from '../run/process/command'
import { defaultTimings, type Timings } from '../run/timings'
import { agentEnv } from './env'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

const quick: Timings = {
  ...defaultTimings,
  // A trainer that should have time has it on a busy machine too; the tests of stubborn ones set these themselves.
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

/** An agent as a process of its own, to be killed. */
export function spawnAgent(hubUrl: string, home: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, tsxArguments(main), {
    env: agentEnv(hubUrl, home, env),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { kill: (signal: NodeJS.Signals) => child.kill(signal), exited }
}

/** `palate-agent drain` for the agent that works in a folder, to its end. @returns its exit code */
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
  throw new Error(`Waited in vain for: ${what}`)
}

/** Lets a trainer whose job has `goTo` go on to a step. Written whole: it may look at any moment. */
export async function letGo(home: string, runId: string, step: number): Promise<void> {
  const file = join(home, 'runs', runId, 'work/go')
  await writeFile(`${file}.new`, String(step))
  await rename(`${file}.new`, file)
}

/** The process numbers that trainers of a run wrote down, and those of them that are alive. */
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
