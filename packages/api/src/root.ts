import { apiKeyRouter } from './router/api-key'
import { liveRouter } from './router/live'
import { sessionRouter } from './router/session'
import { router } from './trpc'

export const appRouter = router({
  apiKey: apiKeyRouter,
  live: liveRouter,
  session: sessionRouter,
})

export type AppRouter = typeof appRouter
