'use client'

import type { AppRouter } from '@palate/api'
import { TooltipProvider } from '@palate/ui'
import { MutationCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import { ThemeProvider } from 'next-themes'
import { type ReactNode, useState } from 'react'
import { Toaster, toast } from 'sonner'
import superjson from 'superjson'
import { sentenceOf } from './sentence'
import { TRPCProvider } from './trpc'

/** A refused mutation says why in the server's own sentence; a query says it where its data would stand. */
const createQueryClient = () =>
  new QueryClient({
    mutationCache: new MutationCache({ onError: (error) => toast.error(sentenceOf(error)) }),
    defaultOptions: { queries: { staleTime: 5_000, retry: 1, refetchOnWindowFocus: true } },
  })

export function Providers({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient)
  const [trpcClient] = useState(() =>
    createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: '/api/trpc', transformer: superjson })] }),
  )
  return (
    <ThemeProvider attribute="data-theme" defaultTheme="system" disableTransitionOnChange>
      <QueryClientProvider client={queryClient}>
        <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
          <TooltipProvider>{children}</TooltipProvider>
        </TRPCProvider>
      </QueryClientProvider>
      <Toaster
        position="bottom-right"
        toastOptions={{
          classNames: {
            toast: '!bg-card !border-line !text-ink !shadow-float !font-sans !rounded-lg',
            description: '!text-ink-2',
            error: '!text-bad',
          },
        }}
      />
    </ThemeProvider>
  )
}
