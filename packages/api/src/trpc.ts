import {
  authorize,
  DomainError,
  type ErrorCode,
  once,
  resolveWorkspace,
  type Scope,
  type ServiceContext,
} from '@palate/core'
import { initTRPC, TRPCError } from '@trpc/server'
import superjson from 'superjson'
import { ZodError, z } from 'zod'
import type { ApiContext } from './context'

const codes: Record<ErrorCode, TRPCError['code']> = {
  not_found: 'NOT_FOUND',
  forbidden: 'FORBIDDEN',
  unauthenticated: 'UNAUTHORIZED',
  invalid: 'BAD_REQUEST',
  conflict: 'CONFLICT',
  unavailable: 'SERVICE_UNAVAILABLE',
  rate_limited: 'TOO_MANY_REQUESTS',
  lease_lost: 'CONFLICT',
}

interface Meta {
  /** For the test that checks the scope of every procedure. */
  scope: Scope | 'session' | 'public'
}

const t = initTRPC
  .context<ApiContext>()
  .meta<Meta>()
  .create({
    transformer: superjson,
    errorFormatter({ shape, error }) {
      const cause = error.cause
      const remedy = cause instanceof DomainError ? (cause.remedy ?? null) : null
      const fields = cause instanceof ZodError ? z.flattenError(cause) : null
      const message = fields ? 'Some fields are not valid.' : shape.message
      return { ...shape, message, data: { ...shape.data, stack: undefined, remedy, fields } }
    },
  })

export const router = t.router
export const createCallerFactory = t.createCallerFactory

/** Maps core's errors. An unknown error becomes a generic sentence; its cause is logged. */
const mapErrors = t.middleware(async ({ ctx, next, path }) => {
  const result = await next()
  if (result.ok) return result
  const cause = result.error.cause
  if (cause instanceof DomainError)
    throw new TRPCError({ code: codes[cause.code], message: cause.message, cause })
  if (result.error.code === 'INTERNAL_SERVER_ERROR') {
    ctx.deps.log.error({ path, err: cause ?? result.error }, 'procedure failed')
    throw new TRPCError({
      code: 'INTERNAL_SERVER_ERROR',
      message: 'An error occurred on the server. It was logged. Please try again.',
    })
  }
  return result
})

/** Open to everyone, for the public chat. */
export const publicProcedure = t.procedure.meta({ scope: 'public' }).use(mapErrors)

/** Needs a session or an API key, in any workspace. */
export const sessionProcedure = t.procedure
  .meta({ scope: 'session' })
  .use(mapErrors)
  .use(({ ctx, next }) => {
    if (ctx.caller.kind === 'nobody') throw new DomainError('unauthenticated', 'Please sign in.')
    return next({ ctx: { ...ctx, caller: ctx.caller } })
  })

/**
 * A call in one workspace. Caller, membership and scope are checked before the input is parsed, so that validation
 * errors reveal nothing to strangers. `ctx.service` is the context for core's verbs.
 */
export function workspaceProcedure(scope: Scope) {
  return t.procedure
    .meta({ scope })
    .use(mapErrors)
    .use(async ({ ctx, next }) => {
      if (ctx.caller.kind === 'nobody') throw new DomainError('unauthenticated', 'Please sign in.')
      const service = await resolveWorkspace(ctx.deps, ctx.caller, ctx.workspace)
      authorize(service, scope)
      return next({ ctx: { ...ctx, service } })
    })
}

interface CreatingCall<Input> {
  ctx: { service: ServiceContext; idempotencyKey?: string | null }
  input: Input
  path: string
}

/** The resolver of a mutation that creates something: a repeated call with the same idempotency key gets the first reply. */
export function creates<Input, Reply>(verb: (service: ServiceContext, input: Input) => Promise<Reply>) {
  return ({ ctx, input, path }: CreatingCall<Input>): Promise<Reply> =>
    once(ctx.service, { verb: path, key: ctx.idempotencyKey, input }, (service) => verb(service, input))
}
