'use client'

import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import type { LiveState } from './live-connection'
import { useTRPCClient } from './trpc'

/** One socket to the same origin. What it pushes is read again over HTTP, by the queries that show it. */
export function Live({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient()
  const client = useTRPCClient()
  const [state, setState] = useState<LiveState>('connecting')

  useEffect(() => {
    let close: (() => void) | undefined
    let left = false
    // The page is drawn first: it needs no socket for what it shows now.
    void Promise.all([import('socket.io-client'), import('./live-connection')]).then(
      ([{ io }, { openLive }]) => {
        if (left) return
        const socket = io('/live', {
          auth: (send) => {
            client.live.ticket.query().then(send, () => send({}))
          },
        })
        close = openLive(socket, queryClient, setState)
      },
    )
    return () => {
      left = true
      close?.()
    }
  }, [client, queryClient])

  return (
    <>
      {children}
      <div
        role="status"
        className="pointer-events-none fixed inset-x-0 bottom-18 z-50 flex justify-center lg:top-2 lg:bottom-auto"
      >
        {state === 'paused' ? (
          <p className="rounded-full bg-warn-soft px-3.5 py-1.5 text-sm text-warn shadow-float">
            Live updates are paused; reconnecting…
          </p>
        ) : null}
      </div>
    </>
  )
}
