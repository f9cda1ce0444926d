import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises'
import { linesOf } from '../lines'
import { type ProcessId, processStart, signalGroup } from './process'

export type Command = { command: string; args: string[]; cwd: string; env: Record<string, string> }
export type ChildExit = { code: number | null; signal: NodeJS.Signals | null }

export type Child = {
  id: ProcessId
  lines: AsyncIterable<string>
  exited: Promise<ChildExit>
  /** The last lines of stderr, for the reason of a crash. */
  stderrTail(): string
  /** SIGTERM to the process group, SIGKILL after `graceMs`. The last call's time counts. */
  end(graceMs: number): void
  /** SIGKILL to the process group in `ms`, for one that should leave by itself. */
  killAfter(ms: number): void
}

const stderrLines = 60

/**
 * Starts a program in its own process group, without a shell, with only the given environment.
 *
 * @throws Error with the system's reason when the program cannot be started
 */
export async function startChild({ command, args, cwd, env }: Command): Promise<Child> {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  await once(child, 'spawn')
  const pid = child.pid ?? 0
  child.on('error', () => undefined)
  // Node throws away what is in the pipe of a child that has left and that nobody had begun to read: so it is read from
  // the first moment on, as far as there is room, and the last word of a short run waits here for who follows it.
  const stdout = child.stdout.pipe(new PassThrough(), { end: false })
  child.stdout.on('error', () => undefined).once('close', () => stdout.end())
  const tail: string[] = []
  void (async () => {
    for await (const line of linesOf(child.stderr, 2000)) {
      tail.push(line)
      if (tail.length > stderrLines) tail.shift()
    }
  })().catch(() => undefined)
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  let killTimer: NodeJS.Timeout | null = null
  let gone = false
  const killAfter = (ms: number) => {
    if (killTimer) clearTimeout(killTimer)
    if (!gone) killTimer = setTimeout(() => signalGroup(pid, 'SIGKILL'), ms)
  }
  void exited.then(async () => {
    gone = true
    if (killTimer) clearTimeout(killTimer)
    signalGroup(pid, 'SIGKILL')
    // What is in the pipe is still read, however long its reader waits for room in the spool; but a grandchild that
    // escaped its group must not hold the pipe open for ever.
    do {
      await sleep(2000, undefined, { ref: false })
      await immediate() // on a busy machine the time may be over before what is in the pipe was looked at
    } while (child.stdout.readableLength > 0)
    child.stdout.destroy()
    child.stderr.destroy()
  })
  return {
    id: { pid, startedAt: (await processStart(pid)) ?? 'unknown' },
    lines: linesOf(stdout),
    exited,
    stderrTail: () => tail.join('\n'),
    end(graceMs) {
      if (!gone) signalGroup(pid, 'SIGTERM')
      killAfter(graceMs)
    },
    killAfter,
  }
}
