import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises'
import { type ProcessId, processStart, signalGroup } from './process'

export type Command = { command: string; args: string[]; cwd: string; env: Record<string, string> }
export type ChildExit = { code: number | null; signal: NodeJS.Signals | null }

export type Child = {
  id: ProcessId
  lines: AsyncIterable<string>
  exited: Promise<ChildExit>
  /** The last lines of stderr, for the reason of a crash. */
  stderrTail(): string
  /** SIGTERM to the process group, SIGKILL after `graceMs`. The last call sets the time. */
  end(graceMs: number): void
  /** SIGKILL to the process group in `ms`, for a process that should exit by itself. */
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
  // Node drops the unread pipe of an exited child if reading had not started, so it is read from the start into a buffer,
  // where the last lines of a short run wait for their reader.
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
  let hasExited = false
  const killAfter = (ms: number) => {
    if (killTimer) clearTimeout(killTimer)
    if (!hasExited) killTimer = setTimeout(() => signalGroup(pid, 'SIGKILL'), ms)
  }
  void exited.then(async () => {
    hasExited = true
    if (killTimer) clearTimeout(killTimer)
    signalGroup(pid, 'SIGKILL')
    // The rest of the pipe is still read, even if the reader waits for room in the spool. But a grandchild outside the
    // group must not keep the pipe open forever.
    do {
      await sleep(2000, undefined, { ref: false })
      await immediate() // on a busy machine the timer may fire before the pipe was read
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
      if (!hasExited) signalGroup(pid, 'SIGTERM')
      killAfter(graceMs)
    },
    killAfter,
  }
}

/** Splits a stream of bytes into lines, read only as fast as the caller takes them. Longer lines are cut at `maxChars`. */
async function* linesOf(stream: AsyncIterable<Buffer>, maxChars = 4_000_000): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let skipping = false
  for await (const chunk of stream) {
    const parts = (rest + decoder.write(chunk)).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) {
      if (!skipping && line.trim()) yield line.slice(0, maxChars)
      skipping = false
    }
    if (rest.length > maxChars) {
      if (!skipping) yield rest.slice(0, maxChars)
      skipping = true
      rest = ''
    }
  }
  rest += decoder.end()
  if (!skipping && rest.trim()) yield rest
}
