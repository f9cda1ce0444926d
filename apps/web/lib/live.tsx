'use client'

import { LiveNotice } from '@palate/protocol'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import { io } from 'socket.io-client'
import { useTRPCClient } from './trpc'

/** Which routers' answers, or which single one, a notice may have made stale. A pair under judgment is never among them. */
const stale: Record<string, readonly string[]> = {
  run: ['run', 'overview', 'variant', 'evaluation', 'agent'],
  dataset: ['dataset', 'overview'],
  'variant-batch': ['variant', 'overview'],
  evaluation: ['evaluation', 'overview'],
  agent: ['agent', 'run'],
  hardware: ['agent.gauges'],
  'model-version': ['model', 'deployment', 'overview'],
  label: ['overview', 'feedback', 'deployment'],
}

/** Many pushes of one kind within this time cause one look. */
const gatherMs = 500

function look(queryClient: QueryClient, topic: string) {
  const routers = stale[topic]
  return queryClient.invalidateQueries({
    predicate: ({ queryKey }) => {
      const [path] = queryKey
      if (!Array.isArray(path)) return false
      if (path[0] === 'label') return path[1] === 'summary' && (!routers || topic === 'label')
      return routers ? routers.includes(String(path[0])) || routers.includes(path.join('.')) : true
    },
  })
}

/**
 * One socket to the same origin. A push only says "changed": the queries it concerns are read again over HTTP.
 */
export function Live({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient()
  const client = useTRPCClient()

  useEffect(() => {
    const waiting = new Map<string, ReturnType<typeof setTimeout>>()
    const socket = io('/live', {
      auth: (send) => {
        client.live.ticket.query().then(send, () => send({}))
      },
    })
    const onChanged = (message: unknown) => {
      const notice = LiveNotice.safeParse(message)
      if (!notice.success || waiting.has(notice.data.topic)) return
      const { topic } = notice.data
      waiting.set(
        topic,
        setTimeout(() => {
          waiting.delete(topic)
          void look(queryClient, topic)
        }, gatherMs),
      )
    }
    // What happened while the line was down was not pushed: on each return everything is read again.
    let connected = false
    socket.on('connect', () => {
      if (connected) void look(queryClient, 'workspace')
      connected = true
    })
    socket.on('changed', onChanged)
    return () => {
      for (const timer of waiting.values()) clearTimeout(timer)
      socket.close()
    }
  }, [client, queryClient])

  return children
}
