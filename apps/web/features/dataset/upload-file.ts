import { describeErrorBody } from '../../lib/error'

/**
 * Uploads a file to `url` and reports the share sent, 0 to 1. It uses XMLHttpRequest because fetch does not
 * report upload progress.
 *
 * @throws Error with the server's message, or with what to do after the connection was lost.
 */
export function uploadFile({
  url,
  token,
  file,
  onProgress,
  signal,
}: {
  url: string
  token: string
  file: File
  onProgress: (share: number) => void
  signal?: AbortSignal
}): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', url)
    request.setRequestHeader('authorization', `Bearer ${token}`)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
    request.onload = () =>
      request.status < 300 ? resolve() : reject(new Error(describeErrorBody(request.responseText)))
    request.onerror = () => reject(new Error('The connection was lost during the upload. Try again.'))
    request.onabort = () => reject(new DOMException('The upload was stopped.', 'AbortError'))
    signal?.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}
