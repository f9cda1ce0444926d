import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { isJson, notPalate, send, unreachable } from '../connect/request'
import { CliError, exit } from '../exit'
import { formatBytes } from '../terminal/format'

export interface Wanted<Checked> {
  /** Where it goes when it is whole. */
  target: string
  /** Whether it may replace a file that has the name. */
  force: boolean
  /** A link from the origin that is valid now: it ends after an hour. */
  link(): Promise<string>
  /** Looks at what has arrived. @throws CliError when it is damaged; it is removed then */
  check(part: string): Promise<Checked>
}

export interface DownloadOptions {
  origin: string
  signal: AbortSignal
  onProgress(bytes: number, all: number): void
  /** Interruptions in a row without a new byte. */
  tries?: number
  silenceMs?: number
  pauseMs?: number
}

/** What is there to download: the tag is another one when its content is. */
interface Offer {
  sizeBytes: number
  tag: string
}

/**
 * Downloads a file beside its name, goes on where an earlier try of the same content ended, checks it, and only then
 * gives it its name.
 *
 * @throws CliError when another file has the name, the content is damaged, or the server stays away
 */
export async function download<Checked>(
  wanted: Wanted<Checked>,
  options: DownloadOptions,
): Promise<{ sizeBytes: number; checked: Checked }> {
  const { target, force, check } = wanted
  if (!force) await requireFree(target)
  const offer = await readOffer(wanted, options)
  const part = `${target}.${offer.tag.replace(/[^0-9a-f]/g, '').slice(0, 12)}.part`
  await removeOtherParts(target, part)
  await fetchParts(wanted, offer, part, options)
  const checked = await check(part).catch(async (error: unknown) => {
    await rm(part, { force: true })
    throw error
  })
  if (!force) await requireFree(target)
  await rename(part, target).catch((error: NodeJS.ErrnoException) => {
    throw notWritten(target, error)
  })
  return { sizeBytes: offer.sizeBytes, checked }
}

async function requireFree(target: string): Promise<void> {
  if ((await sizeOf(target)) === null) return
  throw new CliError(`${target} exists.`, 'Give --force to replace it, or choose another folder with --out.')
}

async function sizeOf(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null)
  return found ? found.size : null
}

/** Of an export that is another one by now: nothing goes on there. */
async function removeOtherParts(target: string, part: string): Promise<void> {
  const [folder, name] = [dirname(target), basename(target)]
  for (const other of await readdir(folder)) {
    const isPart = other.startsWith(`${name}.`) && /^[0-9a-f]{1,12}\.part$/.test(other.slice(name.length + 1))
    if (isPart && join(folder, other) !== part) await rm(join(folder, other), { force: true })
  }
}

/** Asks for one byte: an error has a sentence then, which the answer to HEAD has not. */
async function readOffer(
  { link }: Pick<Wanted<unknown>, 'link'>,
  { origin, signal }: DownloadOptions,
): Promise<Offer> {
  const headers = { range: 'bytes=0-0' }
  const response = await send(origin, readLink(origin, await link()), { headers, signal })
  if (!response.ok) throw await errorOf(origin, response)
  await response.body?.cancel()
  const all = /^bytes 0-0\/(\d{1,15})$/.exec(response.headers.get('content-range') ?? '')?.[1]
  const tag = response.headers.get('etag')
  if (response.status !== 206 || !all || !tag) throw notPalate(origin, response)
  return { sizeBytes: Number(all), tag }
}

/** Appends to the part until it has its size; a cut connection is continued. */
async function fetchParts(
  wanted: Wanted<unknown>,
  offer: Offer,
  part: string,
  options: DownloadOptions,
): Promise<void> {
  const { signal, tries = 6, pauseMs = 1000 } = options
  let failures = 0
  let before = (await sizeOf(part)) ?? 0
  while (before < offer.sizeBytes) {
    try {
      await fetchRest(wanted, offer, { part, from: before }, options)
    } catch (error) {
      if (signal.aborted || !(error instanceof CliError) || error.exitCode !== exit.unreachable) throw error
      const now = (await sizeOf(part)) ?? 0
      failures = now > before ? 1 : failures + 1
      if (failures >= tries) throw cutOff(error, now, offer)
      await sleep(pauseMs * failures, undefined, { signal })
    }
    before = (await sizeOf(part)) ?? 0
  }
}

const cutOff = ({ message }: CliError, arrived: number, { sizeBytes }: Offer) =>
  new CliError(
    `${message} ${formatBytes(arrived)} of ${formatBytes(sizeBytes)} have arrived.`,
    'Run the same command again: it goes on from there.',
    exit.unreachable,
  )

async function fetchRest(
  wanted: Wanted<unknown>,
  { sizeBytes, tag }: Offer,
  { part, from }: { part: string; from: number },
  options: DownloadOptions,
): Promise<void> {
  const { origin, signal, onProgress, silenceMs = 60_000 } = options
  const silent = new AbortController()
  const response = await send(origin, readLink(origin, await wanted.link()), {
    headers: from > 0 ? { range: `bytes=${from}-`, 'if-range': tag } : {},
    signal: AbortSignal.any([signal, silent.signal]),
  })
  if (!response.ok) throw await errorOf(origin, response)
  if (response.headers.get('etag') !== tag) {
    await response.body?.cancel()
    throw new CliError('The export is another one than it was.', 'Run the same command again.')
  }
  if (!response.body) throw notPalate(origin, response)
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
      if (size > sizeBytes) throw tooLong(wanted.target, sizeBytes)
      await file.write(chunk).catch((error: NodeJS.ErrnoException) => {
        throw notWritten(part, error)
      })
      onProgress(size, sizeBytes)
    }
  } catch (error) {
    if (error instanceof CliError || signal.aborted) throw error
    throw unreachable(origin, error)
  } finally {
    clearTimeout(timer)
    await file.close()
  }
  if (size < sizeBytes) throw unreachable(origin, new Error('the connection was cut'))
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

const ErrorBody = z.object({ error: z.object({ message: z.string(), remedy: z.string().nullish() }) })

/** What the hub says; a full or an absent one may have room in a moment, and is asked again. */
async function errorOf(origin: string, response: Response): Promise<CliError> {
  const body: unknown = isJson(response) ? await response.json().catch(() => null) : null
  const parsed = ErrorBody.safeParse(body)
  if (!parsed.success) return notPalate(origin, response)
  const { message, remedy } = parsed.data.error
  const mayPass = response.status === 429 || response.status >= 500
  return new CliError(message, remedy ?? undefined, ...(mayPass ? [exit.unreachable] : []))
}

const tooLong = (target: string, sizeBytes: number) =>
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
