import type { PushProgress, PushWork } from '@palate/core'
import type { ObjectStore } from '@palate/storage'
import { requireAllowed } from './address'
import { type Budget, call, readLines, readShort } from './call'
import { explainFailure, explainStatus, notOllama, tookTooLong, tooOld, wordsOf } from './error'

export interface PushBudget extends Budget {
  /** Between two lines while Ollama makes its model. */
  createIdleMs: number
  totalMs: number
}

export interface PushTools {
  storage: ObjectStore
  /** Origins that the operator listed; with none, any. */
  allowed: readonly string[]
  budget: PushBudget
  signal: AbortSignal
  /** Called often; it keeps the newest. */
  report(progress: PushProgress): void
}

type File = PushWork['base']
interface Connection extends Omit<PushTools, 'report'> {
  origin: URL
}

/** `/api/create` takes JSON with `files` since then. */
const oldest = [0, 5, 5] as const

/**
 * Sends a model to an Ollama: the files that it lacks by their digests, then the request that makes a model of them.
 * @throws DomainError with the cause and the remedy; what the signal aborted, as it is
 */
export async function pushToOllama(work: PushWork, tools: PushTools): Promise<void> {
  const origin = requireAllowed(work.address, tools.allowed)
  const files = work.adapter ? [work.base, work.adapter] : [work.base]
  const progress: PushProgress = {
    ...{ stage: 'connect', sentBytes: 0, line: null },
    totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  }
  const report = (change: Partial<PushProgress>) => tools.report(Object.assign(progress, change))
  const signal = AbortSignal.any([tools.signal, AbortSignal.timeout(tools.budget.totalMs)])
  const connection = { ...tools, origin, signal }
  report({})
  try {
    await requireOllama(connection)
    for (const file of files) {
      const before = progress.sentBytes
      report({ stage: 'upload' })
      await sendFile(connection, file, (bytes) => report({ sentBytes: before + bytes }))
      report({ sentBytes: before + file.sizeBytes })
    }
    report({ stage: 'create' })
    await create(connection, work, (line) => report({ line }))
  } catch (error) {
    if (tools.signal.aborted) throw error
    throw signal.aborted ? tookTooLong(origin.origin) : explainFailure(error, origin.origin)
  }
}

/** Nothing is sent to a server before it has said that it is an Ollama, and a new enough one. */
async function requireOllama({ origin, budget, signal }: Connection): Promise<void> {
  const response = await call(origin, { method: 'GET', path: '/api/version' }, budget, signal)
  const text = await readShort(response)
  if (response.statusCode !== 200) throw errorOf(origin, response.statusCode, '')
  const version = versionOf(text)
  if (!version) throw notOllama(origin.origin)
  if (isOlder(version)) throw tooOld(origin.origin, version)
}

function errorOf(origin: URL, status: number | undefined, text: string): Error {
  return explainStatus(origin.origin, status ?? 0, wordsOf(text))
}

function versionOf(text: string): string | null {
  try {
    const { version } = JSON.parse(text) as { version?: unknown }
    return typeof version === 'string' && /^\d+\.\d+\.\d+/.test(version) ? version.slice(0, 40) : null
  } catch {
    return null
  }
}

/** A build without a version calls itself 0.0.0. */
function isOlder(version: string): boolean {
  const parts = version.split(/[.+-]/).map(Number)
  if (parts.slice(0, 3).every((part) => part === 0)) return false
  for (const [index, least] of oldest.entries()) {
    const part = parts[index] ?? 0
    if (part !== least) return part < least
  }
  return false
}

/** A file that is there already is not sent: it is known by its content. */
async function sendFile(
  { origin, budget, signal, storage }: Connection,
  { storageKey, sizeBytes, sha256 }: File,
  onSent: (bytes: number) => void,
): Promise<void> {
  const path = `/api/blobs/sha256:${sha256}`
  const asked = await call(origin, { method: 'HEAD', path }, budget, signal)
  asked.resume()
  if (asked.statusCode === 200) return
  if (asked.statusCode !== 404) throw errorOf(origin, asked.statusCode, '')
  const file = { stream: await storage.stream(storageKey), sizeBytes }
  const response = await call(origin, { method: 'POST', path, file, onSent }, budget, signal)
  const text = await readShort(response)
  if (response.statusCode !== 200 && response.statusCode !== 201)
    throw errorOf(origin, response.statusCode, text)
}

async function create(
  { origin, budget, signal }: Connection,
  { name, base, adapter, parameters, system }: PushWork,
  onLine: (line: string) => void,
): Promise<void> {
  const json = {
    model: name,
    files: { [base.path]: `sha256:${base.sha256}` },
    ...(adapter ? { adapters: { [adapter.path]: `sha256:${adapter.sha256}` } } : {}),
    parameters,
    ...(system === null ? {} : { system }),
    stream: true,
  }
  const patient = { ...budget, idleMs: budget.createIdleMs }
  const response = await call(origin, { method: 'POST', path: '/api/create', json }, patient, signal)
  if (response.statusCode !== 200) throw errorOf(origin, response.statusCode, await readShort(response))
  let last = ''
  for await (const line of readLines(response)) {
    const { status, error } = readStatus(line, origin)
    if (error) throw explainStatus(origin.origin, 200, wordsOf(JSON.stringify({ error })))
    last = status
    onLine(status)
  }
  if (last !== 'success') throw Object.assign(new Error('the answer ended early'), { code: 'ECONNRESET' })
}

function readStatus(line: string, origin: URL): { status: string; error: string } {
  try {
    const { status, error } = JSON.parse(line) as { status?: unknown; error?: unknown }
    const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 300) : '')
    return { status: text(status), error: text(error) }
  } catch {
    throw notOllama(origin.origin)
  }
}
