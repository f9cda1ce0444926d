'use client'

import type { AppRouter } from '@palate/api'
import limits from '@palate/config/limits.json'
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createTRPCClient, httpBatchLink, httpLink, splitLink, TRPCClientError } from '@trpc/client'
import { type ReactNode, useState } from 'react'
import superjson from 'superjson'
import { describeError } from './error'
import { idempotencyHeaders, idempotencyLink } from './idempotency'
import { toast } from './toast'
import { Toasts } from './toasts'
import { TRPCProvider } from './trpc'
import { chooseWorkspace, chosenWorkspace, workspaceHeaders } from './workspace-choice'

/**
 * A failed mutation shows its error as a toast; a failed query shows it in place of its data. An ended session
 * redirects to the sign-in page and back.
 */
const createQueryClient = () =>
  new QueryClient({
    queryCache: new QueryCache({
      onError: (error, { queryKey }) => {
        signInAgain(error)
        forgetLostWorkspace(error, queryKey)
      },
    }),
    mutationCache: new MutationCache({
      onError: (error) => {
        signInAgain(error)
        toast.error(describeError(error))
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // A request that the server rejected is not repeated; a server error is, once.
        retry: (failures, error) => failures < 1 && mayPass(error),
        // While a part of Palate is away, a page asks again until it is back.
        refetchInterval: ({ state: { status, error } }) =>
          status === 'error' && mayPass(error) ? askAgainMs : false,
      },
    },
  })

const server = { url: '/api/trpc', transformer: superjson }

/** Queries go together; a mutation goes alone, because its idempotency key is a header. */
const createClient = () =>
  createTRPCClient<AppRouter>({
    links: [
      idempotencyLink(),
      splitLink({
        condition: ({ type }) => type === 'mutation',
        true: httpLink({
          ...server,
          headers: (call) => ({ ...workspaceHeaders(), ...idempotencyHeaders(call) }),
        }),
        false: httpBatchLink({
          ...server,
          headers: workspaceHeaders,
          maxItems: limits.procedure.batch,
          maxURLLength: limits.request.urlCharacters,
        }),
      }),
    ],
  })

const askAgainMs = 5000

/** Whether the server, and not the request, is the cause. */
const mayPass = (error: unknown) => (statusOf(error) ?? 500) >= 500

const statusOf = (error: unknown) =>
  error instanceof TRPCClientError ? (error.data as { httpStatus?: number } | null)?.httpStatus : undefined

function signInAgain(error: unknown): void {
  if (statusOf(error) !== 401) return
  const { pathname, search } = window.location
  if (/^\/(chat|sign-in|invite)(\/|$)/.test(pathname)) return
  window.location.assign(`/sign-in?again=1&to=${encodeURIComponent(`${pathname}${search}`)}`)
}

/** The chosen workspace is no longer the user's: they left it or were shut out. On they go in their first one. */
function forgetLostWorkspace(error: unknown, queryKey: readonly unknown[]): void {
  const asksWhoIam = JSON.stringify(queryKey[0]) === '["session","me"]'
  if (statusOf(error) !== 403 || !asksWhoIam || chosenWorkspace() === null) return
  chooseWorkspace(null)
  window.location.assign('/')
}

/** What pages with data need: the queries and procedures, and the toasts. */
export function Providers({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient)
  const [trpcClient] = useState(createClient)
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
      </TRPCProvider>
      <Toasts />
    </QueryClientProvider>
  )
}
