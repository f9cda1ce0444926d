import { agentRouter } from './router/agent'
import { apiKeyRouter } from './router/api-key'
import { datasetRouter } from './router/dataset'
import { liveRouter } from './router/live'
import { runRouter } from './router/run'
import { sessionRouter } from './router/session'
import { router } from './trpc'

export const appRouter = router({
  agent: agentRouter,
  apiKey: apiKeyRouter,
  dataset: datasetRouter,
  live: liveRouter,
  run: runRouter,
  session: sessionRouter,
})

export type AppRouter = typeof appRouter
