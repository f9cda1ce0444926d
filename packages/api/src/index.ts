export type { ApiContext, Caller } from './context'
export { type AppRouter, appRouter } from './root'
export { createCallerFactory, toTrpcError } from './trpc'
