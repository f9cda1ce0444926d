import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { FinalError } from './retry'

/** HTTP to the hub's own origin. A path of the hub that points elsewhere is refused, so that no token leaves with it. */
export type HubHttp = {
  get(path: string, token: string, signal: AbortSignal): Promise<Response>
  putFile(
    path: string,
    file: { path: string; sizeBytes: number; sha256: string },
    token: string,
    signal: AbortSignal,
  ): Promise<void>
  postJson(path: string, body: unknown, signal: AbortSignal): Promise<unknown>
}

export function createHubHttp(hubUrl: string): HubHttp {
  return {
    async get(path, token, signal) {
      const response = await fetch(sameOrigin(hubUrl, path), { headers: bearer(token), signal })
      if (!response.ok) throw await failure(response)
      return response
    },
    async putFile(path, file, token, signal) {
      const init: RequestInit & { duplex: 'half' } = {
        method: 'PUT',
        headers: {
          ...bearer(token),
          'content-type': 'application/octet-stream',
          'content-length': String(file.sizeBytes),
          'x-palate-sha256': file.sha256,
        },
        body: Readable.toWeb(createReadStream(file.path)) as ReadableStream,
        duplex: 'half',
        signal,
      }
      const response = await fetch(sameOrigin(hubUrl, path), init)
      if (!response.ok) throw await failure(response)
      await response.body?.cancel()
    },
    async postJson(path, body, signal) {
      const response = await fetch(sameOrigin(hubUrl, path), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal,
      })
      if (!response.ok) throw await failure(response)
      return response.json()
    },
  }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

function sameOrigin(hubUrl: string, path: string): URL {
  const url = new URL(path, hubUrl)
  if (!path.startsWith('/') || url.origin !== new URL(hubUrl).origin)
    throw new FinalError(`The hub named a file outside its own address (${path.slice(0, 100)}).`)
  return url
}

/** Answers that no repetition mends are final: every 4xx but timeouts, conflicts of the moment and rate limits. */
async function failure(response: Response): Promise<Error> {
  const { code, message } = errorBody(await response.text().catch(() => ''))
  const sentence = `The hub answered ${response.status}${message ? `: ${message}` : '.'}`
  const passing = response.status >= 500 || [408, 425, 429].includes(response.status)
  return passing ? new Error(sentence) : new FinalError(sentence, code)
}

function errorBody(text: string): { code: string; message: string } {
  try {
    const value = JSON.parse(text) as { error?: { code?: unknown; message?: unknown } }
    return { code: String(value.error?.code ?? 'refused'), message: String(value.error?.message ?? '') }
  } catch {
    return { code: 'refused', message: text.slice(0, 200) }
  }
}
