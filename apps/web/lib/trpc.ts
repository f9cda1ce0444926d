'use client'

import type { AppRouter } from '@palate/api'
import type { inferRouterOutputs } from '@trpc/server'
import { createTRPCContext } from '@trpc/tanstack-react-query'

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>()

/** What the server answers, e.g. `Outputs['run']['get']`. */
export type Outputs = inferRouterOutputs<AppRouter>
