import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { notPalate, send, unreachable } from '../connect/request'
import { CliError, exit } from '../exit'

export interface Wanted {
  /** Where it goes when it is whole. */
  target: string
  sizeBytes: number
  sha256: string
  /** A link from the origin that is valid now: it ends after an hour. */
  link(): Promise<string>
}

export interface DownloadOptions {
  origin: string
  signal: AbortSignal
  onProgress(bytes: number): void
  /** Interruptions in a row without a new byte. */
  tries?: number
  silenceMs?: number
  pauseMs?: number
}

export const partOf = (target: string): string => `${target}.part`

/**
 * Downloads a file beside its name, goes on where an earlier try ended, checks size and hash, and only then gives it its
 * name. What is there already with the right hash is left alone.
 *
 * @returns whether anything was downloaded
 * @throws CliError when another file has the name, the content is not what was promised, or the server stays away
 */
export async function download(wanted: Wanted, options: DownloadOptions): Promise<boolean> {
  const { target, sizeBytes, sha256 } = wanted
  const part = partOf(target)
  const there = await sizeOf(target)
  if (there !== null) {
    if (there === sizeBytes && (await hashOf(target)) === sha256) return false
    throw new CliError(
      `${target} exists and is another file.`,
      'Move it away, or choose another folder with --out.',
    )
  }
  await mkdir(dirname(target), { recursive: true })
  await fetchParts(wanted, part, options)
  if ((await hashOf(part)) !== sha256) {
    await rm(part, { force: true })
    throw new CliError(
      `${target} did not arrive as it was sent: its SHA-256 is another one.`,
      'It was removed. Run the same command again.',
    )
  }
  await rename(part, target)
  return true
}

async function sizeOf(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null)
  return found ? found.size : null
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** Appends to the part until it has its size; a cut connection is continued. */
async function fetchParts(wanted: Wanted, part: string, options: DownloadOptions): Promise<void> {
  const { signal, tries = 6, pauseMs = 1000 } = options
  let failures = 0
  let before = (await sizeOf(part)) ?? 0
  if (before > wanted.sizeBytes) {
    await rm(part)
    before = 0
  }
  while (before < wanted.sizeBytes || (before === 0 && (await sizeOf(part)) === null)) {
    try {
      await fetchRest(wanted, part, before, options)
    } catch (error) {
      if (signal.aborted || !(error instanceof CliError) || error.exitCode !== exit.unreachable) throw error
      const now = (await sizeOf(part)) ?? 0
      failures = now > before ? 1 : failures + 1
      if (failures >= tries) throw error
      await sleep(pauseMs * failures, undefined, { signal })
    }
    before = (await sizeOf(part)) ?? 0
  }
}

async function fetchRest(
  wanted: Wanted,
  part: string,
  from: number,
  options: DownloadOptions,
): Promise<void> {
  const { origin, signal, onProgress, silenceMs = 60_000 } = options
  const silent = new AbortController()
  const response = await send(origin, readLink(origin, await wanted.link()), {
    headers: from > 0 ? { range: `bytes=${from}-` } : {},
    signal: AbortSignal.any([signal, silent.signal]),
  })
  if (!response.ok || !response.body) throw notPalate(origin, response)
  // A server that knows no ranges sends all of it again.
  const start = response.status === 206 ? from : 0
  const file = await open(part, start > 0 ? 'a' : 'w').catch((error: NodeJS.ErrnoException) => {
    throw notWritten(part, error)
  })
  const timer = setTimeout(() => silent.abort(), silenceMs)
  let size = start
  try {
    for await (const chunk of response.body) {
      timer.refresh()
      size += chunk.length
      if (size > wanted.sizeBytes) throw tooLong(wanted)
      await file.write(chunk).catch((error: NodeJS.ErrnoException) => {
        throw notWritten(part, error)
      })
      onProgress(size)
    }
  } catch (error) {
    if (error instanceof CliError || signal.aborted) throw error
    throw unreachable(origin, error)
  } finally {
    clearTimeout(timer)
    await file.close()
  }
  if (size < wanted.sizeBytes) throw unreachable(origin, new Error('the connection was cut'))
}

/** Links lead to Palate itself; another place would get to know who asks. */
function readLink(origin: string, link: string): string {
  const url = URL.canParse(link, origin) ? new URL(link, origin) : null
  if (url?.origin === origin) return `${url.pathname}${url.search}`
  throw new CliError(
    'Palate named a download at another address.',
    'Check PALATE_ORIGIN of the installation.',
  )
}

const tooLong = ({ target, sizeBytes }: Wanted) =>
  new CliError(
    `${target} is longer than the ${sizeBytes} bytes that were announced.`,
    'Run the same command again.',
  )

function notWritten(path: string, { code }: NodeJS.ErrnoException): CliError {
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new CliError(
      `The disk is full: ${path} is not whole.`,
      'Make room and run the same command again; it goes on.',
    )
  return new CliError(`${path} cannot be written (${code}).`, 'Choose another folder with --out.')
}
