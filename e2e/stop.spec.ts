import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'
import { freePort } from '../scripts/lib/process.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** `npm start` with its own data folder, in its own process group as a terminal would start it. */
function startPalate(home: string, port: number): ChildProcess {
  return spawn('npm', ['start'], {
    cwd: root,
    env: { ...process.env, PALATE_HOME: home, PALATE_PORT: String(port) },
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** @throws Error with all that was printed when the process ends before the sentence comes */
async function waitForLine(child: ChildProcess, sentence: string): Promise<void> {
  if (!child.stdout) throw new Error('The output is not piped.')
  const printed: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    printed.push(line)
    if (line.includes(sentence)) return void child.stdout.resume()
  }
  throw new Error(`npm start ended:\n${printed.join('\n')}`)
}

type Process = { pid: number; parent: number; command: string }

function listProcesses(): Process[] {
  const lines = execFileSync('ps', ['-ww', '-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n')
  return lines.flatMap((line) => {
    const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s(.*)$/.exec(line) ?? []
    return pid ? [{ pid: Number(pid), parent: Number(parent), command }] : []
  })
}

function descendantsOf(pid: number, all: Process[]): Process[] {
  const children = all.filter(({ parent }) => parent === pid)
  return children.flatMap((child) => [child, ...descendantsOf(child.pid, all)])
}

test('Ctrl-C ends every process of npm start, and the database last', async () => {
  const home = mkdtempSync(join(tmpdir(), 'palate-stop-'))
  chmodSync(home, 0o755)
  const palate = startPalate(home, await freePort())
  try {
    await waitForLine(palate, 'Ctrl-C stops everything')
    const group = palate.pid ?? 0
    const started = descendantsOf(group, listProcesses())
    const find = (part: RegExp) => started.find(({ command }) => part.test(command))?.pid ?? 0
    const parts = {
      hub: find(/apps\/hub\/src\/main\.ts/),
      web: find(/apps\/web\/server\.mjs/),
      agent: find(/gpu-agent\/src\/main\.ts/),
    }
    const database = find(/postgres.* -D /)
    expect(Object.values({ ...parts, database }).every((pid) => pid > 0)).toBe(true)

    const ended = once(palate, 'exit')
    process.kill(-group, 'SIGINT')
    // The database must be there as long as any part that may still write to it.
    const wrote: string[] = []
    for (;;) {
      const alive = new Set(listProcesses().map(({ pid }) => pid))
      if (!alive.has(database)) {
        for (const [name, pid] of Object.entries(parts)) if (alive.has(pid)) wrote.push(name)
        break
      }
      await sleep(10)
    }
    expect(wrote, 'outlived the database').toEqual([])
    await ended
    const pids = new Set(started.map(({ pid }) => pid))
    await expect.poll(() => listProcesses().filter(({ pid }) => pids.has(pid))).toEqual([])
    expect(readFileSync(join(home, 'logs/hub.log'), 'utf8')).not.toMatch(
      /ECONNREFUSED|terminating connection/,
    )
  } finally {
    if (palate.exitCode === null && palate.signalCode === null) process.kill(-(palate.pid ?? 0), 'SIGTERM')
    rmSync(home, { recursive: true, force: true })
  }
})
