import { createReadStream } from 'node:fs'
import { DetailedError, type HttpResponse, Upload } from 'tus-js-client'
import { readErrorResponse } from './error-response'
import { FinalError } from './retry'

const endpoint = '/files/artifacts'
/** A line on which nothing moves for so long is cut from our side; hashing a large file there takes its time. */
const stillMs = 5 * 60_000

export type UploadFile = { path: string; sizeBytes: number; metadata: Record<string, string> }

/** A resumable upload (tus) to the hub. Each `send` goes on where the one before it stopped. */
export class ResumableUpload {
  /** Where the hub keeps what has arrived; it says so with the first answer. */
  private url: string | null = null

  constructor(
    private readonly hubUrl: string,
    private readonly file: UploadFile,
    private readonly token: string,
  ) {}

  /**
   * One try.
   *
   * @throws FinalError when the hub refuses the file or the lease is over; Error when the line broke or stood still
   */
  send(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      let stillness: NodeJS.Timeout | undefined
      const end = (act: () => void) => {
        clearTimeout(stillness)
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
        clearTimeout(stillness)
        stillness = setTimeout(() => stop(new Error('The upload stood still.')), stillMs)
      }
      const upload: Upload = new Upload(Buffer.alloc(0), {
        endpoint: new URL(endpoint, this.hubUrl).toString(),
        uploadUrl: this.url,
        uploadSize: this.file.sizeBytes,
        metadata: this.file.metadata,
        headers: { authorization: `Bearer ${this.token}` },
        fileReader: { openFile: async () => this.source(stop) },
        // Whoever calls decides about another try.
        retryDelays: null,
        storeFingerprintForResuming: false,
        onBeforeRequest: (request) => {
          if (new URL(request.getURL()).origin !== new URL(this.hubUrl).origin)
            throw new FinalError('The hub named an upload outside its own address.')
        },
        onUploadUrlAvailable: () => {
          this.url = upload.url
        },
        onProgress: watch,
        onSuccess: () => end(resolve),
        onError: (error) => end(() => reject(meaningOf(error))),
      })
      signal.throwIfAborted()
      signal.addEventListener('abort', onAbort, { once: true })
      watch()
      upload.start()
    })
  }

  /** @param onFault told when the file cannot be read any more; the client itself does not listen for that */
  private source(onFault: (reason: Error) => void) {
    const { path, sizeBytes } = this.file
    return {
      size: sizeBytes,
      slice: async (start: number, wished: number) => {
        const end = Math.min(wished, sizeBytes)
        const bytes = createReadStream(path, { start, end: Math.max(start, end - 1) })
        bytes.on('error', ({ message }) =>
          onFault(
            new FinalError(
              `${this.file.metadata.path ?? path} cannot be read any more: ${message}.`,
              'changed',
            ),
          ),
        )
        // The client reads a part's length there.
        return { value: Object.assign(bytes, { size: end - start }), done: end >= sizeBytes }
      },
      close: () => undefined,
    }
  }
}

/** A errorResponse is final where the hub says so in its own words, and not where the two sides differ on an offset. */
function meaningOf(error: Error | DetailedError): Error {
  const cause: unknown = 'causingError' in error ? error.causingError : null
  if (cause instanceof FinalError) return cause
  const answer: HttpResponse | null = (error instanceof DetailedError && error.originalResponse) || null
  return answer ? readErrorResponse(answer.getStatus(), answer.getBody()) : error
}
