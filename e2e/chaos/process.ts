import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** Sends a signal; a process that has ended is no error. A negative number names a process group. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // ESRCH: the process has ended.
  }
}

interface Stat {
  state: string
  parent: number
}

async function statOf(pid: number): Promise<Stat | null> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (line === null) return null
  const [state = '', parent = '0'] = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return { state, parent: Number(parent) }
}

export async function isAlive(pid: number): Promise<boolean> {
  const stat = await statOf(pid)
  return stat !== null && stat.state !== 'Z'
}

export async function childrenOf(pid: number): Promise<number[]> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const stats = await Promise.all(all.map(async (one) => ({ one, stat: await statOf(one) })))
  return stats.filter(({ stat }) => stat?.parent === pid).map(({ one }) => one)
}

export async function untilGone(pids: number[]): Promise<void> {
  for (const pid of pids) while (await isAlive(pid)) await sleep(20)
}

/** A process that is started again when it exits by itself, as a service manager would do. */
export class Service {
  private child: ChildProcess | null = null
  private wanted = false
  restarts = 0

  constructor(
    private readonly args: string[],
    private readonly options: { cwd: string; env: Record<string, string>; logFile: string },
  ) {}

  start(): void {
    this.wanted = true
    this.spawn()
  }

  /** Sends SIGKILL and resolves when the process has ended. */
  async kill(): Promise<void> {
    this.wanted = false
    await this.end('SIGKILL')
  }

  async stop(): Promise<void> {
    this.wanted = false
    const late = setTimeout(() => this.child?.kill('SIGKILL'), 20_000)
    await this.end('SIGTERM')
    clearTimeout(late)
  }

  private spawn(): void {
    const { cwd, env, logFile } = this.options
    const log = openSync(logFile, 'a')
    const child = spawn(process.execPath, this.args, { cwd, env, stdio: ['ignore', log, log] })
    closeSync(log)
    this.child = child
    child.once('exit', () => {
      if (this.child !== child) return
      this.child = null
      if (this.wanted) void this.revive()
    })
  }

  private async revive(): Promise<void> {
    this.restarts += 1
    await sleep(1000)
    if (this.wanted && !this.child) this.spawn()
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this
    if (!child) return
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await exited
  }
}
