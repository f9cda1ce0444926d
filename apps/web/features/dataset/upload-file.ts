/**
 * Puts a file's bytes to the given address with its ticket and reports the share sent, 0 to 1. XMLHttpRequest,
 * because fetch reports no progress of what it sends.
 *
 * @throws Error with the server's own sentence, or what to do when the line broke.
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
      request.status < 300 ? resolve() : reject(new Error(readError(request.responseText)))
    request.onerror = () => reject(new Error('The connection broke during the upload. Try again.'))
    request.onabort = () => reject(new DOMException('The upload was stopped.', 'AbortError'))
    signal?.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}

/** The sentence in an error answer of ours (`{error: {message, remedy?}}`). */
export function readError(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: string; remedy?: string } }
    if (error?.message) return [error.message, error.remedy].filter(Boolean).join(' ')
  } catch {
    // Not ours: a proxy's page, or nothing at all.
  }
  return 'The server refused this without saying why. Try again in a moment.'
}
