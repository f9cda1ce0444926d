import { appRouter } from '@palate/api'
import { limits } from '@palate/config'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { createApiContext } from '../../../../auth/context'

const handler = (request: Request) =>
  fetchRequestHandler({
    endpoint: '/api/trpc',
    maxBatchSize: limits.procedure.batch,
    req: request,
    router: appRouter,
    createContext: ({ req, info }) => createApiContext(req, info.calls.length),
  })

export { handler as GET, handler as POST }
