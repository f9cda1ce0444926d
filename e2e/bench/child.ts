import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/lib/paths.mjs'

export interface Child {
  pid: number
  /** Settles when the process has ended, with all its output. */
  done: Promise<{ code: number | null; output: string }>
  /** How many bytes it has written so far. */
  written(): number
  stop(): Promise<void>
  kill(): Promise<void>
}

/** A TypeScript program of this checkout in its own process. Its output is kept; a failure shows the end of it. */
export function startChild(entry: string, args: string[], env: Record<string, string> = {}): Child {
  return startProgram(process.execPath, [...programArgs(entry), ...args], env)
}

/** What Node needs to run a TypeScript file of this checkout. */
export const programArgs = (entry: string) => ['--import', 'tsx', '--conditions=node', join(root, entry)]

export function startProgram(command: string, args: string[], env: Record<string, string> = {}): Child {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let written = 0
  const keep = (chunk: Buffer) => {
    written += chunk.length
    output = (output + chunk.toString()).slice(-4_000_000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const done = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, output }))
  })
  const end = (signal: NodeJS.Signals) => async () => {
    child.kill(signal)
    await done
  }
  return {
    pid: child.pid ?? 0,
    done,
    written: () => written,
    stop: end('SIGTERM'),
    kill: end('SIGKILL'),
  }
}

/** Runs a program to its end. @returns the last line that it said, as JSON */
export async function answerOf<Answer>(child: Child): Promise<Answer> {
  const { code, output } = await child.done
  if (code !== 0) throw new Error(`A part of the bench ended with ${code}:\n${output.slice(-3000)}`)
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Answer
}

export interface Usage {
  cpuSeconds: number
  memoryBytes: number
}

/** Processor seconds that a process and those it waited for have used, and its resident memory. Linux only: from /proc. */
export function usageOf(pid: number): Usage {
  const fields = statOf(pid)
  const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0)
  return { cpuSeconds: ticks / 100, memoryBytes: Number(fields[21] ?? 0) * 4096 }
}

/** The same of a process and its children: PostgreSQL is one for each connection. Shared memory is counted in each. */
export function familyUsageOf(pid: number): Usage {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(Number(name)) === pid)
  return [pid, ...children.map(Number)].reduce(
    (sum, one) => {
      const usage = usageOf(one)
      return {
        cpuSeconds: sum.cpuSeconds + usage.cpuSeconds,
        memoryBytes: sum.memoryBytes + usage.memoryBytes,
      }
    },
    { cpuSeconds: 0, memoryBytes: 0 },
  )
}

/** The fields after the name, which is in parentheses and may contain anything; none for a process that has ended. */
function statOf(pid: number): string[] {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return line.slice(line.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

const parentOf = (pid: number) => Number(statOf(pid)[1])
