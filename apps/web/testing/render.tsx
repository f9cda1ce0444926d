import type { AppRouter } from '@palate/api'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createTRPCClient, TRPCClientError, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import type { ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { TRPCProvider } from '../lib/trpc'

type Trpc = ReturnType<typeof createTRPCOptionsProxy<AppRouter>>

const failing: TRPCLink<AppRouter> = () => () =>
  observable((observer) => observer.error(TRPCClientError.from(new Error('Palate cannot answer now.'))))

/** A page as markup, with what `prepare` puts into its cache; a server that fails all calls is behind it. */
export async function renderPage(
  page: ReactNode,
  prepare: (trpc: Trpc, queryClient: QueryClient) => Promise<unknown> | undefined,
): Promise<string> {
  const queries = { retry: false, retryOnMount: false }
  const queryClient = new QueryClient({ defaultOptions: { queries } })
  const client = createTRPCClient<AppRouter>({ links: [failing] })
  await prepare(createTRPCOptionsProxy<AppRouter>({ client, queryClient }), queryClient)
  return renderToStaticMarkup(
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={client} queryClient={queryClient}>
        {page}
      </TRPCProvider>
    </QueryClientProvider>,
  )
}
