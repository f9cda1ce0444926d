import { type AppRouter, appRouter } from '@palate/api'
import type { Deps } from '@palate/core'
import { QueryClient, QueryObserver, type QueryObserverOptions } from '@tanstack/react-query'
import { createTRPCClient, httpLink } from '@trpc/client'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import { io } from 'socket.io-client'
import superjson from 'superjson'
import { openLive } from '../../apps/web/lib/live-connection'

/**
 * A tab without its pages: the web's own connection, its mapping of notices to queries, and tRPC over requests like a
 * browser's, which are counted.
 *
 * @param origin of the hub, whose socket it opens
 */
export function openBrowser(deps: Deps, origin: string, user: { userId: string; workspaceId: string }) {
  const asked: string[] = []
  const handle = (url: URL | RequestInfo, init?: RequestInit) => {
    const req = new Request(url as string, init)
    asked.push(new URL(req.url).pathname.replace('/api/trpc/', ''))
    const createContext = () => ({
      deps,
      caller: { kind: 'user' as const, userId: user.userId },
      workspace: user.workspaceId,
    })
    return fetchRequestHandler({ endpoint: '/api/trpc', req, router: appRouter, createContext })
  }
  const client = createTRPCClient<AppRouter>({
    links: [httpLink({ url: 'http://web/api/trpc', transformer: superjson, fetch: handle as typeof fetch })],
  })
  const queryClient = new QueryClient()
  const trpc = createTRPCOptionsProxy<AppRouter>({ client, queryClient })
  const socket = io(`${origin}/live`, {
    auth: (send) => void client.live.ticket.query().then(send, () => send({})),
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 50,
  })
  const stopLive = openLive(socket, queryClient)
  const stops: (() => void)[] = []
  return {
    ...{ client, queryClient, trpc, socket },
    /** Procedures, in the order in which they were asked. */
    asked,
    /** Shows a query, as a page does that has it. @returns its newest answer */
    show<Data>(options: unknown): () => Data | undefined {
      const observer = new QueryObserver<Data>(queryClient, options as QueryObserverOptions<Data>)
      stops.push(observer.subscribe(() => undefined))
      return () => observer.getCurrentResult().data
    },
    close() {
      stopLive()
      for (const stop of stops) stop()
      queryClient.clear()
    },
  }
}
