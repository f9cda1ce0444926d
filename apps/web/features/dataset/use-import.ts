'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC, useTRPCClient } from '../../lib/trpc'
import { uploadFile } from './upload-file'

/** Uploads a file and starts its import; `share` is the uploaded part, 0 to 1. */
export function useImport(onStarted: (version: { datasetId: string; datasetVersionId: string }) => void) {
  const client = useTRPCClient()
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [share, setShare] = useState(0)
  const upload = useMutation({
    mutationFn: async (file: File) => {
      setShare(0)
      const ticket = await client.dataset.createUpload.mutate({ filename: file.name, sizeBytes: file.size })
      await uploadFile({ url: ticket.url, token: ticket.token, file, onProgress: setShare })
      return client.dataset.import.mutate({ uploadId: ticket.uploadId, name: datasetName(file.name) })
    },
    onSuccess: (version) => {
      void queryClient.invalidateQueries(trpc.dataset.pathFilter())
      onStarted(version)
    },
  })
  return { start: upload.mutate, isPending: upload.isPending, file: upload.variables, share }
}

/** "My recipes.csv" imports as "My recipes". */
export const datasetName = (filename: string) => filename.replace(/\.[a-z0-9]+$/i, '').trim() || filename
