'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { describeErrorBody } from '../../lib/error'
import { useTRPC, useTRPCClient } from '../../lib/trpc'

/** Uploads a file and starts its import; `share` is the uploaded part, 0 to 1. */
export function useImport(onStarted: (version: { datasetId: string; datasetVersionId: string }) => void) {
  const client = useTRPCClient()
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [share, setShare] = useState(0)
  const upload = useMutation({
    mutationFn: async (file: File) => {
      setShare(0)
      const filename = shortName(file.name)
      const ticket = await client.dataset.createUpload.mutate({ filename, sizeBytes: file.size })
      await uploadFile({ url: ticket.url, token: ticket.token, file, onProgress: setShare })
      return client.dataset.import.mutate({ uploadId: ticket.uploadId, name: datasetName(filename) })
    },
    onSuccess: (version) => {
      void queryClient.invalidateQueries(trpc.dataset.pathFilter())
      onStarted(version)
    },
  })
  return { start: upload.mutate, isPending: upload.isPending, file: upload.variables, share }
}

const longestName = 100

/** A name too long to be shown loses the end before its extension. */
export function shortName(filename: string): string {
  const [extension = ''] = /\.[a-z0-9]{1,8}$/i.exec(filename) ?? []
  const stem = [...filename.slice(0, filename.length - extension.length)]
  return stem.length + extension.length <= longestName
    ? filename
    : `${stem.slice(0, longestName - extension.length - 1).join('')}…${extension}`
}

/** "My recipes.csv" imports as "My recipes". */
export const datasetName = (filename: string) => filename.replace(/\.[a-z0-9]+$/i, '').trim() || filename

/**
 * Uploads a file to `url` and reports the share sent, 0 to 1. It uses XMLHttpRequest because fetch does not
 * report upload progress.
 *
 * @throws Error with the server's message, or with what to do after the connection was lost.
 */
function uploadFile({
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
