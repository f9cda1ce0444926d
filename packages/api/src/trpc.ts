import {
  authorize,
  DomainError,
  type Failure,
  once,
  requireCleanInput,
  resolveWorkspace,
  type Scope,
  type ServiceContext,
  toFailure,
} from '@palate/core'
import { initTRPC, TRPCError } from '@trpc/server'
import superjson from 'superjson'
import { ZodError, z } from 'zod'
import type { ApiContext } from './context'

const codes: Record<Failure['code'], TRPCError['code']> = {
  not_found: 'NOT_FOUND',
  forbidden: 'FORBIDDEN',
  unauthenticated: 'UNAUTHORIZED',
  invalid: 'BAD_REQUEST',
  conflict: 'CONFLICT',
  unavailable: 'SERVICE_UNAVAILABLE',
  rate_limited: 'TOO_MANY_REQUESTS',
  lease_lost: 'CONFLICT',
  internal: 'INTERNAL_SERVER_ERROR',
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
      // An error that no mapping has met may hold SQL and its values.
      const unmapped = error.code === 'INTERNAL_SERVER_ERROR' && cause !== undefined
      const message = fields
        ? 'Some fields are not valid.'
        : unmapped
          ? 'Something went wrong in Palate. Try again in a moment.'
          : shape.message
      return { ...shape, message, data: { ...shape.data, stack: undefined, remedy, fields } }
    },
  })

export const router = t.router
export const createCallerFactory = t.createCallerFactory

/** The error that a caller gets. Used where a request enters: in procedures, and for what fails before them. */
export function toTrpcError(error: unknown, deps: Pick<ApiContext['deps'], 'log'>, where: string): TRPCError {
  const { code, message, remedy } = toFailure(error, deps.log, where)
  // The cause carries the remedy to the formatter; an unknown error is not attached.
  const cause = code === 'internal' ? undefined : new DomainError(code, message, remedy)
  return new TRPCError({ code: codes[code], message, cause })
}

/** Maps the errors of verbs and of the database. tRPC's own errors, for example of an input, stay as they are. */
const mapErrors = t.middleware(async ({ ctx, next, path }) => {
  const result = await next()
  if (result.ok || result.error.code !== 'INTERNAL_SERVER_ERROR') return result
  throw toTrpcError(result.error.cause ?? result.error, ctx.deps, path)
})

/** After the caller is known, and before the schema reads the input. */
const cleanInput = t.middleware(async ({ getRawInput, next }) => {
  requireCleanInput(await getRawInput())
  return next()
})

/** Open to everyone, for the public chat. */
export const publicProcedure = t.procedure.meta({ scope: 'public' }).use(mapErrors).use(cleanInput)

/** Needs a session or an API key, in any workspace. */
export const sessionProcedure = t.procedure
  .meta({ scope: 'session' })
  .use(mapErrors)
  .use(({ ctx, next }) => {
    if (ctx.caller.kind === 'nobody') throw new DomainError('unauthenticated', 'Please sign in.')
    return next({ ctx: { ...ctx, caller: ctx.caller } })
  })
  .use(cleanInput)

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
      const found = await resolveWorkspace(ctx.deps, ctx.caller, ctx.workspace)
      const service = { ...found, origin: ctx.origin }
      authorize(service, scope)
      return next({ ctx: { ...ctx, service } })
    })
    .use(cleanInput)
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
