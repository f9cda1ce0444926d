import { type IncomingMessage, request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { pipeline, type Readable, Transform } from 'node:stream'
import { guardedLookup } from './address'
import { CallError } from './error'

export interface Budget {
  connectMs: number
  /** Without a byte in either direction. */
  idleMs: number
}

export interface Call {
  method: 'GET' | 'HEAD' | 'POST'
  path: string
  json?: unknown
  file?: { stream: Readable; sizeBytes: number }
  onSent?: (bytes: number) => void
}

/**
 * One HTTP request to an Ollama. Redirects are answers like any other; nothing is sent twice.
 * @throws CallError, or DomainError `forbidden` for a name that leads to a refused address
 */
export function call(
  origin: URL,
  { method, path, json, file, onSent }: Call,
  { connectMs, idleMs }: Budget,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const body = json === undefined ? null : Buffer.from(JSON.stringify(json))
    const send = origin.protocol === 'https:' ? overHttps : overHttp
    const request = send(new URL(path, origin), {
      ...{ method, signal, agent: false, lookup: guardedLookup, timeout: idleMs },
      headers: {
        ...(body ? { 'content-type': 'application/json', 'content-length': body.length } : {}),
        ...(file ? { 'content-type': 'application/octet-stream', 'content-length': file.sizeBytes } : {}),
      },
    })
    const late = setTimeout(() => request.destroy(new CallError('connect')), connectMs)
    request.once('socket', (socket) => {
      socket.once(origin.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(late))
    })
    request.once('close', () => clearTimeout(late))
    let reading: IncomingMessage | null = null
    // The reader of an answer gets its error from there.
    request.on('timeout', () => (reading ?? request).destroy(new CallError('idle')))
    request.on('error', reject)
    request.once('response', (response) => {
      response.on('error', () => undefined)
      reading = response
      resolve(response)
    })
    if (file) pipeline(file.stream, counted(onSent), request, (error) => error && request.destroy(error))
    else request.end(body ?? undefined)
  })
}

function counted(onSent: Call['onSent']): Transform {
  let sent = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length
      onSent?.(sent)
      done(null, chunk)
    },
  })
}

/** The text of a short answer; the rest of a long one is not read. */
export async function readShort(response: IncomingMessage, mostBytes = 64 * 1024): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > mostBytes) break
  }
  return Buffer.concat(chunks).toString('utf8').slice(0, mostBytes)
}

const longestLine = 64 * 1024
const mostBytes = 16 * 1024 * 1024

/** The lines of a streamed answer. */
export async function* readLines(response: IncomingMessage): AsyncGenerator<string> {
  let rest = ''
  let size = 0
  response.setEncoding('utf8')
  for await (const chunk of response as AsyncIterable<string>) {
    size += chunk.length
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > longestLine || size > mostBytes) throw new CallError('endless')
    yield* lines.filter((line) => line.trim() !== '')
  }
  if (rest.trim()) yield rest
}
