'use client'

import { useRef, useState } from 'react'
import { DetailedError, Upload } from 'tus-js-client'
import { describeError, describeErrorBody } from '../../lib/error'
import { type Inputs, useTRPCClient } from '../../lib/trpc'

type Format = Inputs['model']['createUpload']['format']

/** Each part is confirmed before the next is sent: no proxy has to take a whole model in one request. */
const partBytes = 32 * 1024 * 1024

export interface ModelUpload {
  file: File | null
  state: 'idle' | 'sending' | 'stopped' | 'arrived'
  /** 0 to 1. */
  share: number
  /** Why it stopped, where nobody asked for it. */
  error: string | null
  start: (file: File, format: Format) => Promise<void>
  /** Goes on behind what has arrived. */
  resume: () => void
  pause: () => void
  reset: () => void
}

const idle = { file: null, state: 'idle', share: 0, error: null } as const

/** Sends a model to the hub in parts, and goes on after a lost connection. `onArrived` gets the id of the upload. */
export function useModelUpload(onArrived: (uploadId: string) => void): ModelUpload {
  const client = useTRPCClient()
  const sending = useRef<Upload | null>(null)
  const [now, setNow] = useState<Pick<ModelUpload, 'file' | 'state' | 'share' | 'error'>>(idle)
  const fail = (error: string) => setNow((was) => ({ ...was, state: 'stopped', error }))
  const start = async (file: File, format: Format) => {
    setNow({ ...idle, file, state: 'sending' })
    try {
      const input = { filename: file.name, format, sizeBytes: file.size }
      const { uploadId, url, token } = await client.model.createUpload.mutate(input)
      sending.current = new Upload(file, {
        endpoint: url.slice(0, url.lastIndexOf('/')),
        headers: { authorization: `Bearer ${token}` },
        chunkSize: partBytes,
        retryDelays: [0, 1000, 3000, 10_000, 30_000],
        storeFingerprintForResuming: false,
        removeFingerprintOnSuccess: true,
        onProgress: (sent, total) => setNow((was) => ({ ...was, share: total > 0 ? sent / total : 0 })),
        onError: (error) => fail(describeUpload(error)),
        onSuccess: () => {
          setNow((was) => ({ ...was, state: 'arrived', share: 1 }))
          onArrived(uploadId)
        },
      })
      sending.current.start()
    } catch (error) {
      setNow({ ...idle, error: describeError(error) })
    }
  }
  const stop = () => void sending.current?.abort()
  return {
    ...now,
    start,
    resume: () => {
      setNow((was) => ({ ...was, state: 'sending', error: null }))
      sending.current?.start()
    },
    pause: () => {
      stop()
      setNow((was) => ({ ...was, state: 'stopped' }))
    },
    reset: () => {
      stop()
      sending.current = null
      setNow(idle)
    },
  }
}

function describeUpload(error: Error): string {
  const response = error instanceof DetailedError ? error.originalResponse : null
  return response
    ? describeErrorBody(response.getBody())
    : 'The connection was lost. Resume the upload: what has arrived is kept.'
}
