import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { digestOf } from './stored-model'

export interface CreateRequest {
  model: string
  files: Record<string, string>
  adapters?: Record<string, string>
  parameters: Record<string, unknown>
  system?: string
}

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

export interface FakeOllama {
  origin: string
  blobs: Map<string, Buffer>
  created: CreateRequest[]
  /** `HEAD /api/blobs`, `POST /api/create`, … in the order in which they came. */
  requests: string[]
}

/**
 * An HTTP server with the routes of Ollama 0.5.5 and newer that a push uses. It keeps blobs under the digest that it
 * computes itself. @param other how it misbehaves: handlers by method and the first two parts of the path
 */
export async function startOllama(other: Record<string, Handler> = {}): Promise<FakeOllama> {
  const fake: FakeOllama = { origin: '', blobs: new Map(), created: [], requests: [] }
  const server = createServer(async (request, response) => {
    const { method = '', url = '' } = request
    const route = `${method} ${url.split('/').slice(0, 3).join('/')}`
    fake.requests.push(route)
    const handle = other[route] ?? routes[route] ?? refuse
    await handle(request, response, fake)
  })
  fake.origin = await listen(server)
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return fake
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    })
  })
}

export function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const refuse: Handler = (_, response) => response.writeHead(404).end('404 page not found')

const routes: Record<string, (...args: [...Parameters<Handler>, FakeOllama]) => unknown> = {
  'GET /api/version': (_, response) => reply(response, 200, { version: '0.9.6' }),
  'HEAD /api/blobs': ({ url = '' }, response, { blobs }) =>
    response.writeHead(blobs.has(digestIn(url)) ? 200 : 404).end(),
  'POST /api/blobs': async (request, response, { blobs }) => {
    const bytes = await buffer(request)
    const digest = `sha256:${digestOf(bytes)}`
    const asked = digestIn(request.url ?? '')
    if (digest !== asked)
      return reply(response, 400, { error: `digest mismatch, expected "${asked}", got "${digest}"` })
    blobs.set(digest, bytes)
    return response.writeHead(201).end()
  },
  'POST /api/create': async (request, response, { blobs, created }) => {
    const asked = JSON.parse((await buffer(request)).toString()) as CreateRequest
    const digests = [...Object.values(asked.files), ...Object.values(asked.adapters ?? {})]
    const missing = digests.find((digest) => !blobs.has(digest))
    if (missing) return reply(response, 400, { error: `blob not found: ${missing}` })
    created.push(asked)
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    for (const status of ['parsing GGUF', 'writing manifest', 'success'])
      response.write(`${JSON.stringify({ status })}\n`)
    return response.end()
  },
}

function digestIn(url: string): string {
  return decodeURIComponent(url.split('/').at(-1) ?? '')
}
