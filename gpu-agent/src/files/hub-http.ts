import { FinalError, readErrorResponse } from './retry'
import { ResumableUpload, type UploadFile } from './upload'

/** HTTP to the hub's origin. A path that leads to another origin is refused, so that no token is sent there. */
export type HubHttp = {
  get(path: string, token: string, signal: AbortSignal): Promise<Response>
  upload(file: UploadFile, token: string): ResumableUpload
  postJson(path: string, body: unknown, signal: AbortSignal): Promise<unknown>
}

export function createHubHttp(hubUrl: string): HubHttp {
  return {
    async get(path, token, signal) {
      const response = await fetch(sameOrigin(hubUrl, path), { headers: bearer(token), signal })
      if (!response.ok) throw await failure(response)
      return response
    },
    upload: (file, token) => new ResumableUpload(hubUrl, file, token),
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
    throw new FinalError(`The hub named a file at another address (${path.slice(0, 100)}).`)
  return url
}

async function failure(response: Response): Promise<Error> {
  return readErrorResponse(response.status, await response.text().catch(() => ''))
}
