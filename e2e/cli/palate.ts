import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

const program = fileURLToPath(new URL('../../apps/cli/bin/palate.mjs', import.meta.url))

/** On a free port of this machine, until the test file is done. Call it at the top of a file. */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A server that answers as the test says. Call it at the top of a file. */
export const serve = (handle: RequestListener): Promise<string> => listen(createServer(handle))

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

export interface Running {
  child: ChildProcess
  ended: Promise<Ended>
  /** What has been written so far. */
  stdout(): string
  stderr(): string
}

/** A home of its own: nothing of the person who runs the tests is read or written. */
export function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'palate-cli-'))
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  return home
}

export interface Caller {
  home: string
  origin?: string
  key?: string
}

/** Starts `palate` as its own process. */
export function startPalate({ home, origin, key }: Caller, args: string[], env: object = {}): Running {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: home,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      ...(origin ? { PALATE_URL: origin } : {}),
      ...(key ? { PALATE_API_KEY: key } : {}),
      ...env,
    },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
  return { child, ended, stdout: () => stdout, stderr: () => stderr }
}

/** Runs `palate` to its end. */
export async function palate(caller: Caller, args: string[], input = '', env: object = {}): Promise<Ended> {
  const { child, ended } = startPalate(caller, args, env)
  child.stdin?.on('error', () => undefined) // it may have ended without reading
  child.stdin?.end(input)
  const result = await ended
  if (/\n\s+at /.test(result.stderr)) throw new Error(`A stack was shown:\n${result.stderr}`)
  return result
}

/** The lines of JSON on stdout. */
export const jsonLines = ({ stdout }: Pick<Ended, 'stdout'>): Record<string, unknown>[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
