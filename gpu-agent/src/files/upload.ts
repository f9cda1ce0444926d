import { createReadStream } from 'node:fs'
import { DetailedError, type HttpResponse, Upload } from 'tus-js-client'
import { FinalError, readErrorResponse } from './retry'

const endpoint = '/files/artifacts'
/** An upload without progress for this long is aborted; the hub needs time to hash a large file. */
const stalledMs = 5 * 60_000

export type UploadFile = { path: string; sizeBytes: number; metadata: Record<string, string> }

/** A resumable upload (tus) to the hub. Each `send` resumes where the previous one stopped. */
export class ResumableUpload {
  /** The address of the upload, from the hub's first response. */
  private url: string | null = null

  constructor(
    private readonly hubUrl: string,
    private readonly file: UploadFile,
    private readonly token: string,
  ) {}

  /**
   * Tries once.
   *
   * @throws FinalError when the hub refuses the file or the lease has ended; Error when the connection broke or stalled
   */
  send(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      let stallTimer: NodeJS.Timeout | undefined
      const end = (act: () => void) => {
        clearTimeout(stallTimer)
        signal.removeEventListener('abort', onAbort)
        act()
      }
      const stop = (reason: unknown) => {
        void upload
          .abort()
          .catch(() => undefined)
          .finally(() => end(() => reject(reason)))
      }
      const onAbort = () => stop(signal.reason)
      const watch = () => {
        clearTimeout(stallTimer)
        stallTimer = setTimeout(() => stop(new Error('The upload stalled.')), stalledMs)
      }
      const upload: Upload = new Upload(Buffer.alloc(0), {
        endpoint: new URL(endpoint, this.hubUrl).toString(),
        uploadUrl: this.url,
        uploadSize: this.file.sizeBytes,
        metadata: this.file.metadata,
        headers: { authorization: `Bearer ${this.token}` },
        fileReader: { openFile: async () => this.source(stop) },
        // The caller decides about a retry.
        retryDelays: null,
        storeFingerprintForResuming: false,
        onBeforeRequest: (request) => {
          if (new URL(request.getURL()).origin !== new URL(this.hubUrl).origin)
            throw new FinalError('The hub named an upload at another address.')
        },
        onUploadUrlAvailable: () => {
          this.url = upload.url
        },
        onProgress: watch,
        onSuccess: () => end(resolve),
        onError: (error) => end(() => reject(toError(error))),
      })
      signal.throwIfAborted()
      signal.addEventListener('abort', onAbort, { once: true })
      watch()
      upload.start()
    })
  }

  /** @param onFault called when the file becomes unreadable; the tus client does not handle that error */
  private source(onFault: (reason: Error) => void) {
    const { path, sizeBytes } = this.file
    return {
      size: sizeBytes,
      slice: async (start: number, wished: number) => {
        const end = Math.min(wished, sizeBytes)
        const bytes = createReadStream(path, { start, end: Math.max(start, end - 1) })
        bytes.on('error', ({ message }) =>
          onFault(
            new FinalError(`${this.file.metadata.path ?? path} cannot be read: ${message}.`, 'changed'),
          ),
        )
        // The tus client reads the length of a part from `size`.
        return { value: Object.assign(bytes, { size: end - start }), done: end >= sizeBytes }
      },
      close: () => undefined,
    }
  }
}

/** An error of the hub may be final; a disagreement on the offset is not. */
function toError(error: Error | DetailedError): Error {
  const cause: unknown = 'causingError' in error ? error.causingError : null
  if (cause instanceof FinalError) return cause
  const response: HttpResponse | null = (error instanceof DetailedError && error.originalResponse) || null
  return response ? readErrorResponse(response.getStatus(), response.getBody()) : error
}
