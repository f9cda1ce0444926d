import { authorize, DomainError, type ErrorCode, resolveWorkspace, type Scope } from '@palate/core'
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
  /** Named so that a test can walk all procedures and knows what each asks for. */
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
      const message = fields ? 'Some fields are not right.' : shape.message
      return { ...shape, message, data: { ...shape.data, stack: undefined, remedy, fields } }
    },
  })

export const router = t.router
export const createCallerFactory = t.createCallerFactory

/** Maps what core throws, once. An error nobody foresaw becomes a generic sentence; its cause goes to the log. */
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
      message: 'Something went wrong on the server. It was written to the log; please try again.',
    })
  }
  return result
})

/** Open to everyone: the public chat. */
export const publicProcedure = t.procedure.meta({ scope: 'public' }).use(mapErrors)

/** Needs a session or a key, whatever the workspace. */
export const sessionProcedure = t.procedure
  .meta({ scope: 'session' })
  .use(mapErrors)
  .use(({ ctx, next }) => {
    if (ctx.caller.kind === 'nobody') throw new DomainError('unauthenticated', 'Please sign in.')
    return next({ ctx: { ...ctx, caller: ctx.caller } })
  })

/**
 * A call in one workspace: caller, membership and scope are checked before the input is parsed, so a stranger
 * learns nothing from validation errors. `ctx.service` is what core's verbs take.
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
